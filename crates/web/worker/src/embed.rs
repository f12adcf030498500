//! Embeds texts without a shop: for the importer, for pages that measure, and for tests. Must not know sessions.

use std::rc::Rc;

use super::{
    error::fatal,
    load,
    remote_model::{ModuleLoaders, RemoteModel, read_report},
    wire::{EmbedRequest, EmbedResponse},
};
use nearmind_core::protocol::{DeviceChoice, Problem};
use nearmind_encoder::TextModel;

/// A loaded model on the requested device.
pub struct Embedder {
    address: String,
    choice: DeviceChoice,
    model: RemoteModel,
}

impl Embedder {
    /// Embeds the texts with the model in `slot`, after loading the requested model if another one or none is there.
    pub async fn embed(
        slot: &mut Option<Self>,
        request: EmbedRequest,
        modules: &ModuleLoaders,
    ) -> Result<EmbedResponse, Problem> {
        let matches = |loaded: &Self| loaded.address == request.model && loaded.choice == request.device;
        let embedder = match slot.take().filter(matches) {
            Some(embedder) => embedder,
            None => Self::load(request.model, request.device, modules).await?,
        };
        let Self { model, .. } = slot.insert(embedder);
        let vectors = model.embed(request.texts, request.role).await;
        let vectors = vectors.map_err(|error| fatal("encoder", error.to_string()))?;
        finish_gpu_task(model).await; // opens a lost GPU again
        let device = read_report(&model.report_json())?;
        Ok(EmbedResponse { vectors, width: model.width(), device })
    }

    async fn load(address: String, choice: DeviceChoice, modules: &ModuleLoaders) -> Result<Self, Problem> {
        let exports = modules.fetch_encoder();
        let files = load::load_model(&address, true, Rc::new(|_| {})).await?;
        let model = RemoteModel::load(files, exports.join().await?, choice, &modules.gpu).await?;
        finish_gpu_task(&model).await; // tests the GPU
        Ok(Self { address, choice, model })
    }
}

/// Does what there is to do with the GPU.
async fn finish_gpu_task(model: &RemoteModel) {
    if let Some(task) = model.gpu_task()
        && let Some(outcome) = task.run().await
    {
        model.apply(outcome);
    }
}
