// GELU, x Phi(x), within 4e-5. `gelu` in cpu/float.rs says why this is accurate enough.
fn activate(x: f32) -> f32 {
    let t = clamp(x, -4.4, 4.4);
    let u = t * t;
    var p = 3.5696328e-11;
    p = p * u - 3.7542112e-9;
    p = p * u + 1.7409e-7;
    p = p * u - 4.7249582e-6;
    p = p * u + 8.4293875e-5;
    p = p * u - 0.001054997;
    p = p * u + 0.00964304;
    p = p * u - 0.06607644;
    p = p * u + 0.3987616;
    return x * (t * p + 0.5);
}
