//! The files of a packed catalogue.
