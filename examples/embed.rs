//! Encodes three texts and prints how similar each is to the first.
//!
//! ```sh
//! cargo xtask models minilm
//! cargo run --example embed
//! ```

use std::path::Path;

use anyhow::Result;
use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::vectors::arithmetic::dot;
use nearmind_encoder::manifest::Role;

fn main() -> Result<()> {
    let texts = ["a linen shirt for hot days", "a light summer blouse", "a cast iron pan"];
    let mut model = NativeModel::load(Path::new("models/minilm"), DeviceArg::Cpu)?;
    let vectors = model.encode(&texts, Role::Passage)?;
    for (text, vector) in texts.iter().zip(&vectors) {
        // All vectors have length 1, so their product is the cosine.
        println!("{:.2}  {text}", dot(&vectors[0], vector));
    }
    Ok(())
}
