// No activation: stands in for gelu.wgsl where a layer has none.
fn activate(x: f32) -> f32 {
    return x;
}
