// Layer norm of the tile's f32 rows. Writes them to `states` [T, H] f32 and, smoothed and quantized for the next
// product, to `quantized` [T, H/4 + 1]: words, scale. Gain, offset and smoothing come from `vectors`.
fn tile_at(r: u32, quad: u32) -> vec4f {
    let at = r * H + quad * 4u;
    return bitcast<vec4f>(vec4u(tile[at], tile[at + 1u], tile[at + 2u], tile[at + 3u]));
}

fn norm_rows(thread: u32, first_row: u32) {
    let r = thread / LANES;
    let lane = thread % LANES;
    let row = first_row + r;

    workgroupBarrier();
    var sum = 0.0;
    for (var i = lane; i < H / 4u; i += LANES) {
        sum += dot(tile_at(r, i), vec4f(1.0));
    }
    let mean = row_sum(thread, 0u, sum) / f32(H);
    var squares = 0.0;
    for (var i = lane; i < H / 4u; i += LANES) {
        let d = tile_at(r, i) - mean;
        squares += dot(d, d);
    }
    let inverse = 1.0 / sqrt(row_sum(thread, 1u, squares) / f32(H) + EPSILON);

    var peak = 0.0;
    for (var i = lane; i < H / 4u; i += LANES) {
        let y = (tile_at(r, i) - mean) * inverse * vectors[GAIN + i] + vectors[OFFSET + i];
        if row < size.rows {
            states[row * (H / 4u) + i] = y;
        }
        peak = max(peak, largest_of(y * vectors[NEXT + i]));
    }
    peak = row_max(thread, 2u, peak);
    let scale = inverse_scale(peak);
    if row < size.rows {
        for (var i = lane; i < H / 4u; i += LANES) {
            quantized[row * (H / 4u + 1u) + i] = pack(states[row * (H / 4u) + i] * vectors[NEXT + i] * scale);
        }
        if lane == 0u {
            quantized[row * (H / 4u + 1u) + H / 4u] = bitcast<u32>(peak / 127.0);
        }
    }
}
