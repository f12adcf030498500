//! The kernels in WGSL, run by wgpu.
