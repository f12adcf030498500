//! The int8 model file: its format, checked and read tensor by tensor.
//!
//! Must not know devices: kernels take plain arrays from here and pack them as they like.
//!
//! # Format, version 1
//! A safetensors file with `__metadata__ = {"format": "nearmind-bert", "version": "1"}`. `L` layers, hidden width
//! `H`, intermediate width `I`, `V` words of which `R` are fine, `P` positions (the longest text in tokens).
//! Token ids are row numbers: the converter renumbers the tokenizer's vocabulary so that the fine rows come first.
//!
//! | tensor | dtype | shape | meaning |
//! |---|---|---|---|
//! | `words.fine` | I8 | `[R, H]` | rows of ids `0..R`: `value = q * fine_scale[id]` |
//! | `words.fine_scale` | F16 | `[R]` | |
//! | `words.coarse` | U8 | `[V-R, H/2]` | rows of ids `R..V`, 4 bits a value, see below |
//! | `words.coarse_scale` | F16 | `[V-R]` | |
//! | `positions` | F16 | `[P, H]` | position + type 0 + the mean word, which the rows above leave out |
//! | `norm.weight`, `norm.bias` | F32 | `[H]` | layer norm of the embeddings |
//! | `layers.{i}.qkv.*` | | `N=3H, K=H` | query, key and value; `1/sqrt(head width)` is folded into the query |
//! | `layers.{i}.output.*` | | `N=H, K=H` | attention's output projection; its smoothing is folded into the value rows |
//! | `layers.{i}.output.norm.weight`, `.bias` | F32 | `[H]` | layer norm after attention and residual |
//! | `layers.{i}.up.*` | | `N=I, K=H` | then GELU |
//! | `layers.{i}.down.*` | | `N=H, K=I` | |
//! | `layers.{i}.down.norm.weight`, `.bias` | F32 | `[H]` | layer norm after the feed-forward part and residual |
//!
//! A linear layer `*` is four tensors: `weight` I8 `[N, K]` row-major with values in `-63..=63` (7 bits: relaxed
//! SIMD multiplies signed 8 by unsigned 7 bits), `scale` F32 `[N]`, `bias` F32 `[N]`, and, except for `output`,
//! `smooth` F32 `[K]`.
//!
//! A coarse row has `H/2` bytes: the low nibble of byte `j` is value `j`, its high nibble is value `j + H/2`;
//! `value = (nibble - 8) * coarse_scale[id - R]`. The sum of word and position goes into the layer norm.
//!
//! # Arithmetic of a linear layer
//! All in f32, each operation rounded by itself (no fused multiply-add), so that every device gives the same bytes:
//! ```text
//! v[t,k] = x[t,k] * smooth[k]                      (output: v = x)
//! m[t]   = max_k |v[t,k]|
//! r[t]   = 127 / m[t],  0 where m[t] = 0
//! a[t]   = m[t] / 127
//! q[t,k] = round_half_even(v[t,k] * r[t])          in -127..=127; (z + 1.5 * 2^23) - 1.5 * 2^23 rounds like this
//! acc    = sum_k q[t,k] * weight[n,k]              i32, exact; |acc| <= 1536 * 127 * 63 < 2^24: exact as f32 too
//! y[t,n] = (f32(acc) * scale[n]) * a[t] + bias[n]
//! ```
//! Attention scores are plain dot products of query and key (the factor is in the weights). GELU is the exact one,
//! with the error function, to within 1e-4 absolute: what follows is quantized to 8 bits.
