// softmax(q k^T) v within each text; the weights of q include the factor 1/sqrt(d).  [T, 3H] f32 -> [T, H] f32
//
// Fused with linear_norm.wgsl: each workgroup computes the attention rows that its own product reads, so attention
// needs no dispatch of its own. Each thread handles one head of two neighbouring rows, which share the keys and values
// that it reads: memory reads dominate the cost of attention. Online softmax: one pass over the keys, rescaling the
// running sums whenever a larger score appears (Milakov & Gimelshein 2018, arXiv:1805.02867). A line with {d} is
// repeated for each vec4 of the head.
@group(0) @binding(1) var<storage, read_write> inputs: array<vec4f, CAPACITY * H / 4>; //    [T, H/4]
@group(0) @binding(7) var<storage, read> qkv: array<vec4f, CAPACITY * 3 * H / 4>; //         [T, 3H/4]
@group(0) @binding(8) var<storage, read> spans: array<vec2u, CAPACITY>; //                   [T]: start, end row of text

const QKV = 3u * H / 4u;
const LOG2_E = 1.44269504; // scores are in base 2, for exp2
const LEAST = -3.4e38;
const PAIRS = (ROWS + 1u) / 2u;

fn attend(row: u32, other: u32, head: u32) {
    let query{d} = qkv[row * QKV + head + {d}u] * LOG2_E;
    let queries{d} = qkv[other * QKV + head + {d}u] * LOG2_E;

    // Both rows belong to the same text or to neighbouring texts: one loop covers the keys of both.
    let span = vec2u(spans[row].y, spans[other].x);
    let end = spans[other].y;
    var peak = vec2f(LEAST);
    var total = vec2f();
    var out{d} = vec4f();
    var outs{d} = vec4f();
    for (var t = spans[row].x; t < end; t++) {
        let at = t * QKV + H / 4u + head;
        var score = vec2f();
        let key{d} = qkv[at + {d}u];
        score += vec2f(dot(query{d}, key{d}), dot(queries{d}, key{d}));
        // A key of the other row's text gets weight 0, or a weight that is scaled to 0 at the row's first own key.
        score = select(vec2f(LEAST), score, vec2<bool>((t < span.x), (t >= span.y)));
        let highest = max(peak, score);
        let kept = exp2(peak - highest);
        let weight = exp2(score - highest);
        peak = highest;
        total = total * kept + weight;
        let value{d} = qkv[at + H / 4u + {d}u];
        out{d} = out{d} * kept.x + weight.x * value{d};
        outs{d} = outs{d} * kept.y + weight.y * value{d};
    }
    inputs[row * (H / 4u) + head + {d}u] = out{d} / total.x;
    inputs[other * (H / 4u) + head + {d}u] = outs{d} / total.y;
}

fn prepare(thread: u32, first_row: u32) {
    let last = min(first_row + ROWS, size.rows) - 1u;
    for (var i = thread; i < PAIRS * (H / HEAD); i += THREADS) {
        let row = first_row + i % PAIRS * 2u;
        if row <= last {
            attend(row, min(row + 1u, last), i / PAIRS * (HEAD / 4u));
        }
    }
    storageBarrier();
}
