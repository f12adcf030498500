//! The search for the nearest vectors, for the page that compares it with a plain loop (`www/measure/nearest.html`). Must
//! not know items.

use wasm_bindgen::prelude::*;

use nearmind_core::vectors::{Codes, Matrix, Query};

/// N vectors in int8 with their one-bit codes, as in a catalogue.
#[wasm_bindgen]
pub struct Nearest {
    matrix: Matrix,
    codes: Codes,
}

#[wasm_bindgen]
impl Nearest {
    /// Quantises `vectors`, `[N, H]`; `width` is H.
    #[wasm_bindgen(constructor)]
    pub fn new(vectors: &[f32], width: usize) -> Self {
        let matrix = Matrix::quantize(width, vectors);
        Self { codes: Codes::new(&matrix), matrix }
    }

    /// Returns the rows of the `k` nearest vectors, nearest first. The result is exact if `pool` is 0; otherwise only the
    /// `pool` rows whose one-bit codes agree best with the query are scored in int8.
    pub fn top(&self, query: &[f32], k: usize, pool: usize) -> Vec<u32> {
        let query = Query::new(query);
        let hits = match pool {
            0 => self.matrix.top(&query, k, f32::NEG_INFINITY, |_| true),
            pool => self.codes.top(&self.matrix, &query, (k, pool), f32::NEG_INFINITY, |_| true),
        };
        hits.iter().map(|hit| hit.row).collect()
    }
}
