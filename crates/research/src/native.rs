//! Converts a model of the command line to one for a session.

use nearmind::cli::{device::NativeDevice, model::NativeModel};
use nearmind_encoder::Model;

/// Keeps the weights, the device and the probes.
pub fn for_session(model: NativeModel) -> Model<NativeDevice> {
    Model::new(&model.manifest, model.tokenizer, model.device).with_probes(&model.probes)
}
