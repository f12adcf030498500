//! The instruction sets that the kernels are compiled for, and which of them this machine has.
//!
//! All give the same bytes: the integer products are exact, and the f32 operations have one source with a fixed order.
//! Must not know models.

use super::attention::{self, Scratch};
use super::ops::{self, Norm};
use super::product::{self, PackedWeights, QuantizedRows, Tiling};
#[cfg(target_arch = "x86_64")]
use super::x86::{self, avx_vnni, avx2, avx512_vnni};
use crate::manifest::Pooling;

/// An instruction set that the encoder's loops are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionSet {
    /// Plain Rust.
    Portable,
    /// WebAssembly SIMD: 128-bit vectors, 16-bit products.
    Simd128,
    /// WebAssembly relaxed SIMD: 8-bit dot products, a single instruction if the CPU has one.
    RelaxedSimd,
    /// x86-64 with `pmaddubsw`.
    Avx2,
    /// x86-64 with 256-bit `vpdpbusd`.
    AvxVnni,
    /// x86-64 with 512-bit `vpdpbusd`.
    Avx512Vnni,
}

impl InstructionSet {
    /// Returns all instruction sets that this build and this machine have, slowest first.
    pub fn available() -> Vec<InstructionSet> {
        let mut available = vec![InstructionSet::Portable];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        available.push(InstructionSet::Simd128);
        #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
        available.push(InstructionSet::RelaxedSimd);
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                available.push(InstructionSet::Avx2);
                if is_x86_feature_detected!("avxvnni") {
                    available.push(InstructionSet::AvxVnni);
                }
            }
            if x86::has_avx512() {
                available.push(InstructionSet::Avx512Vnni);
            }
        }
        available
    }

    /// Returns the fastest available instruction set.
    pub fn best() -> InstructionSet {
        InstructionSet::available().pop().unwrap_or(InstructionSet::Portable)
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            InstructionSet::Portable => "portable",
            InstructionSet::Simd128 => "SIMD128",
            InstructionSet::RelaxedSimd => "relaxed SIMD",
            InstructionSet::Avx2 => "AVX2",
            InstructionSet::AvxVnni => "AVX-VNNI",
            InstructionSet::Avx512Vnni => "AVX-512 VNNI",
        }
    }

    /// The order of packed weights that this instruction set needs.
    pub fn tiling(self) -> Tiling {
        match self {
            InstructionSet::Portable => Tiling { columns: 1, depth: 4, offset: 0 },
            InstructionSet::Simd128 => Tiling { columns: 8, depth: 2, offset: 0 },
            InstructionSet::RelaxedSimd => Tiling { columns: 8, depth: 4, offset: 64 },
            InstructionSet::Avx2 | InstructionSet::AvxVnni => Tiling { columns: 16, depth: 4, offset: 64 },
            InstructionSet::Avx512Vnni => Tiling { columns: 32, depth: 4, offset: 64 },
        }
    }

    /// `y = q W^T`, exact integers as f32. `[M, K] x [N, K] -> y: [M, N]`
    pub fn product(self, q: &mut QuantizedRows, w: &PackedWeights, y: &mut [f32]) {
        assert!(w.tiling == self.tiling() && q.width == w.depth && y.len() == q.rows() * w.columns);
        match self {
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            InstructionSet::Simd128 => super::wasm::simd128(q, w, y),
            #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
            InstructionSet::RelaxedSimd => super::wasm::relaxed(q, w, y),
            // SAFETY: `available` has checked that the CPU has these instructions.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => unsafe { avx2::product(q, w, y) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::AvxVnni => unsafe { avx_vnni::product(q, w, y) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512Vnni => unsafe { avx512_vnni::product(q, w, y) },
            _ => product::portable(q, w, y),
        }
    }
}

/// Compiles a function of `ops` or `attention` for each instruction set: the same source, wider vectors.
macro_rules! compiled_for_each_instruction_set {
    ($($module:ident :: $name:ident($($arg:ident: $type:ty),*);)*) => {
        impl InstructionSet {
            $(
                #[doc = concat!("`", stringify!($module), "::", stringify!($name), "`, compiled for `self`.")]
                #[allow(clippy::too_many_arguments, reason = "the arguments of the function that it compiles")]
                pub fn $name(self, $($arg: $type),*) {
                    #[cfg(target_arch = "x86_64")]
                    {
                        #[target_feature(enable = "avx2")]
                        fn avx2($($arg: $type),*) {
                            $module::$name($($arg),*)
                        }
                        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                        fn avx512($($arg: $type),*) {
                            $module::$name($($arg),*)
                        }
                        match self {
                            // SAFETY: `available` has checked that the CPU has these instructions.
                            InstructionSet::Avx2 | InstructionSet::AvxVnni => return unsafe { avx2($($arg),*) },
                            // SAFETY: as above.
                            InstructionSet::Avx512Vnni => return unsafe { avx512($($arg),*) },
                            _ => {}
                        }
                    }
                    $module::$name($($arg),*)
                }
            )*
        }
    };
}

compiled_for_each_instruction_set! {
    ops::quantize(x: &[f32], smooth: &[f32], q: &mut QuantizedRows);
    ops::rescale(y: &mut [f32], rows: &[f32], scales: &[f32], bias: &[f32]);
    ops::rescale_gelu(y: &mut [f32], rows: &[f32], scales: &[f32], bias: &[f32]);
    ops::rescale_add_norm(y: &[f32], rows: &[f32], scales: &[f32], bias: &[f32], norm: &Norm, x: &mut [f32]);
    ops::layer_norm(x: &mut [f32], norm: &Norm);
    ops::pool(rows: &[f32], pooling: Pooling, out: &mut [f32]);
    ops::normalize(x: &mut [f32]);
    attention::attention(qkv: &[f32], tokens: usize, head: usize, scratch: &mut Scratch, out: &mut [f32]);
}
