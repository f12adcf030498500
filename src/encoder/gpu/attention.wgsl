// softmax(q k^T) v within each text; 1/sqrt(d) is in the weights of q.  [T, 3H] f32 -> [T, H] f32
//
// One thread a row and head; neighbours are rows of one head, so that they read the same keys. Two
// passes over the keys, the first for the largest score: nothing is kept but one row of the output.
// Grid: rows / THREADS, heads. Lines with {d} stand for one line a quarter of the head's width.
@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> spans: array<vec2u, CAPACITY>; //                   [T]: rows of its text
@group(0) @binding(2) var<storage, read> qkv: array<vec4f, CAPACITY * 3 * H / 4>; //         [T, 3H/4]
@group(0) @binding(3) var<storage, read_write> context: array<vec4f, CAPACITY * H / 4>; //   [T, H/4]

const STRIDE = 3u * H / 4u;
const LOG2_E = 1.44269504; // the scores are exponents of two

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let row = id.x;
    if row >= size.rows {
        return;
    }
    let head = id.y * (HEAD / 4u);
    let span = spans[row];
    let query{d} = qkv[row * STRIDE + head + {d}u] * LOG2_E;

    var peak = -3.4e38;
    for (var t = span.x; t < span.y; t++) {
        let key = t * STRIDE + H / 4u + head;
        var score = 0.0;
        score += dot(query{d}, qkv[key + {d}u]);
        peak = max(peak, score);
    }
    var total = 0.0;
    var out{d} = vec4f();
    for (var t = span.x; t < span.y; t++) {
        let key = t * STRIDE + H / 4u + head;
        var score = 0.0;
        score += dot(query{d}, qkv[key + {d}u]);
        let weight = exp2(score - peak);
        total += weight;
        out{d} += weight * qkv[key + H / 4u + {d}u];
    }
    context[row * (H / 4u) + head + {d}u] = out{d} / total;
}
