//! Int8 matrix, exact top-k.
