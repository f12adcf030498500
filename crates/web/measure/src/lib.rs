//! The nearest of many vectors, without a shop: for the page that compares it with a plain loop. Must not know items.

use wasm_bindgen::prelude::*;

use nearmind_core::vectors::{Codes, Matrix, Query};

/// N vectors in int8, as a catalogue has them.
#[wasm_bindgen]
pub struct Nearest {
    matrix: Matrix,
    codes: Codes,
}

#[wasm_bindgen]
impl Nearest {
    /// `vectors` `[N, H]`
    #[wasm_bindgen(constructor)]
    pub fn new(vectors: &[f32], width: usize) -> Self {
        let matrix = Matrix::quantize(width, vectors);
        Self { codes: Codes::new(&matrix), matrix }
    }

    /// Rows of the `k` best, best first. Exact; with a `pool`, only so many rows are looked at that agree in most bits.
    pub fn top(&self, query: &[f32], k: usize, pool: usize) -> Vec<u32> {
        let query = Query::new(query);
        let hits = match pool {
            0 => self.matrix.top(&query, k, f32::NEG_INFINITY, |_| true),
            pool => self.codes.top(&self.matrix, &query, (k, pool), f32::NEG_INFINITY, |_| true),
        };
        hits.iter().map(|hit| hit.row).collect()
    }
}
