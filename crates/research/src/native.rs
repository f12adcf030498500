//! The command line's model as a visit uses it.

use nearmind::cli::{device::NativeDevice, model::NativeModel};
use nearmind_session::Model;

/// The same model, device and probes.
pub fn for_session(model: NativeModel) -> Model<NativeDevice> {
    Model::new(&model.manifest, model.tokenizer, model.device).with_probes(&model.probes)
}
