//! The compiled kernels and what each is bound to. Must not know in which order they run.

use wgpu::{BindGroup, Buffer, ComputePipeline};

use super::super::device::GpuOpenError;
use super::adapter::Context;
use super::memory::Memory;
use super::shader::{Shape, Spelling};
use super::upload::{DeviceLinear, DeviceLinearNorm, DeviceModel};

/// A kernel bound to its buffers.
pub struct Step {
    pipeline: ComputePipeline,
    bound: BindGroup,
}

impl Step {
    fn new(context: &Context, pipeline: &ComputePipeline, buffers: &[&Buffer]) -> Step {
        let entries: Vec<_> = buffers
            .iter()
            .zip(0..)
            .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let bound = context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        Step { pipeline: pipeline.clone(), bound }
    }

    /// Workgroups along x and y.
    pub fn dispatch(&self, pass: &mut wgpu::ComputePass, x: usize, y: usize) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bound, &[]);
        pass.dispatch_workgroups(x as u32, y as u32, 1);
    }
}

/// The steps of one BERT layer.
pub struct LayerSteps {
    pub qkv: Step,
    /// Attention too.
    pub output: Step,
    pub up: Step,
    pub down: Step,
}

/// Every step of the forward pass.
pub struct Steps {
    pub embed: Step,
    pub layers: Vec<LayerSteps>,
    pub pool: Step,
}

const IDENTITY: &str = include_str!("identity.wgsl");
const GELU: &str = include_str!("gelu.wgsl");
const LINEAR: &str = include_str!("linear.wgsl");
const ROWS: &str = include_str!("rows.wgsl");
const NORM: &str = include_str!("norm.wgsl");
const LINEAR_NORM: &str = include_str!("linear_norm.wgsl");
const EMBED: &str = include_str!("embed.wgsl");
const ATTENTION: &str = include_str!("attention.wgsl");
const GIVEN: &str = include_str!("stored_inputs.wgsl");
const POOL: &str = include_str!("pool.wgsl");

impl Steps {
    /// Compiles six kernels and binds them.
    pub fn new(context: &Context, shape: &Shape, m: &Memory, model: &DeviceModel) -> Steps {
        let compile = |label, parts: &[&str], k, n| compile(context, label, &shape.wgsl(parts, k, n));
        let (h, i) = (shape.model.hidden, shape.model.intermediate);
        let qkv = compile("qkv", &[IDENTITY, LINEAR], h, 3 * h);
        let up = compile("up", &[GELU, LINEAR], h, i);
        let output = compile("output", &[ROWS, NORM, ATTENTION, LINEAR_NORM], h, h);
        let down = compile("down", &[ROWS, NORM, GIVEN, LINEAR_NORM], i, h);
        let embed = compile("embed", &[ROWS, NORM, EMBED], h, h);
        let pool = compile("pool", &[POOL], h, h);

        let linear = |pipeline, w: &DeviceLinear, out| {
            Step::new(context, pipeline, &[&m.size, &m.quantized, &w.weights, &w.channels, out])
        };
        let linear_norm = |pipeline, w: &DeviceLinearNorm, inputs, attended: &[&Buffer]| {
            let l = &w.linear;
            let buffers = [&m.size, inputs, &l.weights, &l.channels, &w.vectors, &m.states, &m.quantized];
            Step::new(context, pipeline, &[&buffers, attended].concat())
        };
        let e = &model.embedding;
        let embedded = [&m.size, &m.tokens, &e.words, &e.scales, &e.positions, &e.vectors, &m.states, &m.quantized];
        Steps {
            embed: Step::new(context, &embed, &embedded),
            layers: model
                .layers
                .iter()
                .map(|w| LayerSteps {
                    qkv: linear(&qkv, &w.qkv, &m.qkv),
                    output: linear_norm(&output, &w.output, &m.context, &[&m.qkv, &m.spans]),
                    up: linear(&up, &w.up, &m.inner),
                    down: linear_norm(&down, &w.down, &m.inner, &[]),
                })
                .collect(),
            pool: Step::new(context, &pool, &[&m.starts, &m.states, &m.pooled]),
        }
    }
}

/// Two timings that differ by less say nothing: browsers' clocks tick coarsely.
const CHANCE_MS: f64 = 4.0;

/// The quicker spelling of the integer product on this device, by one layer's timed product. `clock` counts
/// milliseconds.
pub async fn quicker_spelling(
    context: &Context,
    shape: &Shape,
    m: &Memory,
    up: &DeviceLinear,
    clock: fn() -> f64,
) -> Result<Spelling, GpuOpenError> {
    if !context.packed_dot {
        return Ok(Spelling::Float);
    }
    let rows = 64.min(shape.capacity);
    context.queue.write_buffer(&m.size, 0, bytemuck::cast_slice(&[rows as u32, 1, 0, 0]));
    let mut fastest_ms = [f64::MAX; 2];
    for (spelling, fastest_ms) in [Spelling::Packed, Spelling::Float].into_iter().zip(&mut fastest_ms) {
        let shape = Shape { spelling, ..*shape };
        let step = context
            .checked(|| {
                let source = shape.wgsl(&[GELU, LINEAR], shape.model.hidden, shape.model.intermediate);
                let pipeline = compile(context, "timed", &source);
                Step::new(context, &pipeline, &[&m.size, &m.quantized, &up.weights, &up.channels, &m.inner])
            })
            .await?;
        // The first run compiles.
        for run in 0..3 {
            let start = clock();
            let mut commands = context.device.create_command_encoder(&Default::default());
            let mut pass = commands.begin_compute_pass(&Default::default());
            step.dispatch(&mut pass, shape.column_tiles(shape.model.intermediate), rows.div_ceil(shape.rows()));
            drop(pass);
            let read = m.submit_and_read(context, commands, &[(&m.inner, 1)]).await;
            read.map_err(|e| GpuOpenError::Unsuitable(e.to_string()))?;
            if run > 0 {
                *fastest_ms = fastest_ms.min(clock() - start);
            }
        }
    }
    let [packed_ms, float_ms] = fastest_ms;
    // On a GPU both take next to nothing, and the difference is chance.
    let clearly = float_ms < 0.7 * packed_ms && packed_ms - float_ms > CHANCE_MS;
    Ok(if clearly { Spelling::Float } else { Spelling::Packed })
}

fn compile(context: &Context, label: &str, source: &str) -> ComputePipeline {
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
