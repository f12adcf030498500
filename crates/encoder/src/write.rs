//! Writes the int8 model file; `weights.rs` documents the format and reads it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use half::f16;
use safetensors::{Dtype, View};

use super::manifest::Architecture;
use super::weights::{FORMAT, expected_tensors};

/// Collects the tensors of a model file.
pub struct WeightsWriter {
    expected: BTreeMap<String, (Dtype, Vec<usize>)>,
    tensors: Vec<(String, Tensor)>,
}

impl WeightsWriter {
    /// Starts a file for a model of these sizes.
    pub fn new(architecture: &Architecture) -> Self {
        Self { expected: expected_tensors(architecture), tensors: Vec::new() }
    }

    /// Adds a tensor of the format. Values are rounded to F16 where the format says so; those of integer tensors must
    /// be integers.
    ///
    /// Panics if the format has no such tensor, if it was added before, or if the number of values is wrong.
    pub fn add(&mut self, name: &str, values: &[f32]) {
        let (dtype, shape) = self.expected.remove(name).expect("a tensor of the format, added once");
        assert_eq!(values.len(), shape.iter().product::<usize>(), "{name}");
        let bytes = match dtype {
            Dtype::F32 => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Dtype::F16 => values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect(),
            Dtype::I8 => values.iter().map(|&v| (v as i8).to_le_bytes()[0]).collect(),
            _ => values.iter().map(|&v| v as u8).collect(),
        };
        self.tensors.push((name.into(), Tensor { dtype, shape, bytes }));
    }

    /// Returns the bytes of the file, which do not depend on the order in which tensors were added. Panics if one is
    /// missing.
    pub fn finish(self) -> Vec<u8> {
        assert!(self.expected.is_empty(), "tensors are missing: {:?}", self.expected.keys());
        let about = HashMap::from([("format".into(), FORMAT.into())]);
        safetensors::serialize(self.tensors, Some(about)).expect("`add` has checked the shapes")
    }
}

struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
