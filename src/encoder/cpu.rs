//! Int8 kernels on the CPU.
