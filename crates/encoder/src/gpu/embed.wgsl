// LayerNorm(word + position).  [T] ids and positions -> [T, H] f32 and int8
//
// A workgroup computes ROWS whole rows. Rows of `words` below FINE are int8, the others 4 bits a value: the low
// nibble of byte j is value j, the high nibble value j + H/2. See src/weights.rs.
// Grid: 1, row tiles.
@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> tokens: array<vec2u, CAPACITY>; //   [T]: id, position
@group(0) @binding(2) var<storage, read> words: array<u32>; //                [FINE, H/4], then [VOCABULARY - FINE, H/8]
@group(0) @binding(3) var<storage, read> scales: array<f32, VOCABULARY>;
@group(0) @binding(4) var<storage, read> positions: array<vec4f>; //          [P, H/4], type and mean word included
@group(0) @binding(5) var<storage, read> vectors: array<vec4f>; //            gain, offset, next smoothing [H/4]
@group(0) @binding(6) var<storage, read_write> states: array<vec4f, CAPACITY * H / 4>; //        [T, H/4]
@group(0) @binding(7) var<storage, read_write> quantized: array<u32, CAPACITY * (H / 4 + 1)>; // [T, H/4 + 1]

const GAIN = 0u;
const OFFSET = H / 4u;
const NEXT = H / 2u;

fn word_at(id: u32, i: u32) -> vec4f {
    if id < FINE {
        let word = words[id * (H / 4u) + i];
        return vec4f(vec4i(vec4u(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
    }
    let upper = i / (H / 8u);
    let word = words[FINE * (H / 4u) + (id - FINE) * (H / 8u) + i % (H / 8u)];
    let nibbles = (vec4u(word) >> (vec4u(0u, 8u, 16u, 24u) + 4u * upper)) & vec4u(0xfu);
    return vec4f(nibbles) - 8.0;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
    let first_row = group.y * ROWS;
    let r = thread / LANES;
    let token = tokens[min(first_row + r, size.rows - 1u)];
    let scale = scales[token.x];
    for (var i = thread % LANES; i < H / 4u; i += LANES) {
        let position = positions[token.y * (H / 4u) + i];
        let sum = bitcast<vec4u>(word_at(token.x, i) * scale + position);
        tile[r * H + i * 4u] = sum.x;
        tile[r * H + i * 4u + 1u] = sum.y;
        tile[r * H + i * 4u + 2u] = sum.z;
        tile[r * H + i * 4u + 3u] = sum.w;
    }
    norm_rows(thread, first_row);
}
