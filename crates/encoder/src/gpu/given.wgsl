// The rows as another dispatch left them: stands in for attention.wgsl where there is none.
@group(0) @binding(1) var<storage, read> inputs: array<vec4f, CAPACITY * K / 4>; // [T, K/4]

fn prepare(thread: u32, first_row: u32) {}
