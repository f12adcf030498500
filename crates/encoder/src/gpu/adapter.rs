//! Finds the adapter, opens the device, and notices when it is lost. Must not know models.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::EncodeError;
use super::super::device::GpuOpenError;

/// An open device.
pub struct GpuContext {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    /// The name of the adapter.
    pub name: String,
    /// Whether WGSL has `dot4I8Packed` here.
    pub packed_dot: bool,
    /// Why the device was lost; `None` while it works.
    lost: Arc<Mutex<Option<String>>>,
}

impl GpuContext {
    /// Opens an adapter with WebGPU's default limits, and larger buffers and bindings if the model needs them.
    pub async fn open(largest_binding_bytes: u64) -> Result<GpuContext, GpuOpenError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        // On a page the browser chooses, so that an embedded widget does not wake the second GPU of a laptop.
        let power_preference = match cfg!(target_arch = "wasm32") {
            true => wgpu::PowerPreference::None,
            false => wgpu::PowerPreference::HighPerformance,
        };
        let options = wgpu::RequestAdapterOptions { power_preference, ..Default::default() };
        let adapter = instance.request_adapter(&options).await.map_err(no_adapter)?;
        let mut limits = wgpu::Limits::default();
        limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.max(largest_binding_bytes);
        limits.max_buffer_size = limits.max_buffer_size.max(largest_binding_bytes);
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor { required_limits: limits, ..Default::default() })
            .await
            .map_err(|e| GpuOpenError::Unsuitable(e.to_string()))?;

        let packed = wgpu::WgslLanguageFeatures::Packed4x8IntegerDotProduct;
        let packed_dot = instance.wgsl_language_features().contains(packed);
        let lost = Arc::new(Mutex::new(None));
        let report = |lost: &Arc<Mutex<Option<String>>>| {
            let lost = lost.clone();
            move |why: String| {
                lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
            }
        };
        let gone = report(&lost);
        device.set_device_lost_callback(move |reason, message| {
            gone(if message.is_empty() { format!("{reason:?}") } else { message });
        });
        // After an error during execution results cannot be trusted, so the device counts as lost.
        let refused = report(&lost);
        device.on_uncaptured_error(Arc::new(move |error| refused(error.to_string())));
        Ok(GpuContext { device, queue, name: name(&adapter.get_info()), packed_dot, lost })
    }

    /// Runs `build` and returns the device's validation and out-of-memory errors. In the browser this also waits until
    /// pipelines are compiled.
    pub async fn with_error_scopes<T>(&self, build: impl FnOnce() -> T) -> Result<T, GpuOpenError> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let built = build();
        let invalid = validation.pop().await;
        let exhausted = memory.pop().await;
        match invalid.or(exhausted) {
            Some(error) => Err(GpuOpenError::Unsuitable(error.to_string())),
            None => Ok(built),
        }
    }

    /// Fails if the device was lost.
    pub fn check_not_lost(&self) -> Result<(), EncodeError> {
        match &*self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(why) => Err(EncodeError::DeviceLost(why.clone())),
            None => Ok(()),
        }
    }
}

/// Keeps the first clause of wgpu's message: the rest lists every backend that was not compiled in.
fn no_adapter(error: wgpu::RequestAdapterError) -> GpuOpenError {
    GpuOpenError::NoAdapter(error.to_string().split(';').next().unwrap_or_default().to_string())
}

/// The adapter's name, or its driver's if it has none.
fn name(info: &wgpu::AdapterInfo) -> String {
    let name = if info.name.is_empty() { &info.driver } else { &info.name };
    if name.is_empty() { "a GPU without a name".to_string() } else { name.clone() }
}
