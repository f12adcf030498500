//! Compiles the kernels and binds them to their buffers. Must not know the order in which they run.

use wgpu::{BindGroup, Buffer, ComputePipeline};

use super::super::device::GpuOpenError;
use super::adapter::GpuContext;
use super::buffers::Buffers;
use super::shader::{DotProduct, KernelConfig};
use super::upload::{DeviceLinear, DeviceLinearNorm, DeviceModel};

/// A kernel bound to its buffers.
pub struct BoundKernel {
    pipeline: ComputePipeline,
    bindings: BindGroup,
}

impl BoundKernel {
    fn new(context: &GpuContext, pipeline: &ComputePipeline, buffers: &[&Buffer]) -> BoundKernel {
        let entries: Vec<_> = buffers
            .iter()
            .zip(0..)
            .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let bindings = context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        BoundKernel { pipeline: pipeline.clone(), bindings }
    }

    /// Dispatches `x` by `y` workgroups.
    pub fn dispatch(&self, pass: &mut wgpu::ComputePass, x: usize, y: usize) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        pass.dispatch_workgroups(x as u32, y as u32, 1);
    }
}

/// The kernels of one BERT layer.
pub struct LayerKernels {
    pub qkv: BoundKernel,
    /// Computes attention too.
    pub output: BoundKernel,
    pub up: BoundKernel,
    pub down: BoundKernel,
}

/// All kernels of the forward pass.
pub struct BoundKernels {
    pub embed: BoundKernel,
    pub layers: Vec<LayerKernels>,
    pub pool: BoundKernel,
}

const IDENTITY: &str = include_str!("identity.wgsl");
const GELU: &str = include_str!("gelu.wgsl");
const LINEAR: &str = include_str!("linear.wgsl");
const ROWS: &str = include_str!("rows.wgsl");
const NORM: &str = include_str!("norm.wgsl");
const LINEAR_NORM: &str = include_str!("linear_norm.wgsl");
const EMBED: &str = include_str!("embed.wgsl");
const ATTENTION: &str = include_str!("attention.wgsl");
const STORED_INPUTS: &str = include_str!("stored_inputs.wgsl");
const POOL: &str = include_str!("pool.wgsl");

impl BoundKernels {
    /// Compiles six pipelines and binds them for all layers.
    pub fn new(context: &GpuContext, config: &KernelConfig, m: &Buffers, model: &DeviceModel) -> BoundKernels {
        let compile = |label, parts: &[&str], k, n| compile(context, label, &config.wgsl(parts, k, n));
        let (h, i) = (config.model.hidden, config.model.intermediate);
        let qkv = compile("qkv", &[IDENTITY, LINEAR], h, 3 * h);
        let up = compile("up", &[GELU, LINEAR], h, i);
        let output = compile("output", &[ROWS, NORM, ATTENTION, LINEAR_NORM], h, h);
        let down = compile("down", &[ROWS, NORM, STORED_INPUTS, LINEAR_NORM], i, h);
        let embed = compile("embed", &[ROWS, NORM, EMBED], h, h);
        let pool = compile("pool", &[POOL], h, h);

        let linear = |pipeline, w: &DeviceLinear, out| {
            BoundKernel::new(context, pipeline, &[&m.size, &m.quantized, &w.weights, &w.channels, out])
        };
        let linear_norm = |pipeline, w: &DeviceLinearNorm, inputs, attention_inputs: &[&Buffer]| {
            let l = &w.linear;
            let buffers = [&m.size, inputs, &l.weights, &l.channels, &w.vectors, &m.states, &m.quantized];
            BoundKernel::new(context, pipeline, &[&buffers, attention_inputs].concat())
        };
        let e = &model.embedding;
        let embedded = [&m.size, &m.tokens, &e.words, &e.scales, &e.positions, &e.vectors, &m.states, &m.quantized];
        BoundKernels {
            embed: BoundKernel::new(context, &embed, &embedded),
            layers: model
                .layers
                .iter()
                .map(|w| LayerKernels {
                    qkv: linear(&qkv, &w.qkv, &m.qkv),
                    output: linear_norm(&output, &w.output, &m.context, &[&m.qkv, &m.spans]),
                    up: linear(&up, &w.up, &m.inner),
                    down: linear_norm(&down, &w.down, &m.inner, &[]),
                })
                .collect(),
            pool: BoundKernel::new(context, &pool, &[&m.starts, &m.states, &m.pooled]),
        }
    }
}

/// Smaller differences between two timings are noise, because browsers' clocks are coarse.
const NOISE_MS: f64 = 4.0;

/// Returns the faster variant of the integer product on this device, by timing the product of one layer. `clock`
/// returns milliseconds.
pub async fn faster_dot_product(
    context: &GpuContext,
    config: &KernelConfig,
    m: &Buffers,
    up: &DeviceLinear,
    clock: fn() -> f64,
) -> Result<DotProduct, GpuOpenError> {
    if !context.packed_dot {
        return Ok(DotProduct::Float);
    }
    let rows = 64.min(config.capacity);
    context.queue.write_buffer(&m.size, 0, bytemuck::cast_slice(&[rows as u32, 1, 0, 0]));
    let mut fastest_ms = [f64::MAX; 2];
    for (dot_product, fastest_ms) in [DotProduct::Packed, DotProduct::Float].into_iter().zip(&mut fastest_ms) {
        let config = KernelConfig { dot_product, ..*config };
        let kernel = context
            .with_error_scopes(|| {
                let source = config.wgsl(&[GELU, LINEAR], config.model.hidden, config.model.intermediate);
                let pipeline = compile(context, "timed", &source);
                BoundKernel::new(context, &pipeline, &[&m.size, &m.quantized, &up.weights, &up.channels, &m.inner])
            })
            .await?;
        // The first run is not timed, because it compiles the pipeline.
        for run in 0..3 {
            let start = clock();
            let mut commands = context.device.create_command_encoder(&Default::default());
            let mut pass = commands.begin_compute_pass(&Default::default());
            kernel.dispatch(&mut pass, config.column_tiles(config.model.intermediate), rows.div_ceil(config.rows()));
            drop(pass);
            let read = m.submit_and_read(context, commands, &[(&m.inner, 1)]).await;
            read.map_err(|e| GpuOpenError::Unsuitable(e.to_string()))?;
            if run > 0 {
                *fastest_ms = fastest_ms.min(clock() - start);
            }
        }
    }
    let [packed_ms, float_ms] = fastest_ms;
    // On a GPU both take almost no time, and the difference is noise.
    let is_clearly_faster = float_ms < 0.7 * packed_ms && packed_ms - float_ms > NOISE_MS;
    Ok(if is_clearly_faster { DotProduct::Float } else { DotProduct::Packed })
}

fn compile(context: &GpuContext, label: &str, source: &str) -> ComputePipeline {
    let module = context.device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    context.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(label),
        layout: None,
        module: &module,
        entry_point: None,
        compilation_options: Default::default(),
        cache: None,
    })
}
