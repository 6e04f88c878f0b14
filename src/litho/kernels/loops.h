// The loops of the kernels, on eight float32 lanes (sixteen with AVX-512).
//
// Included by portable.cpp, avx2.cpp and avx512.cpp, into a namespace of its own each time.
// Every operation is exactly IEEE 754 binary32 in round-to-nearest-even: no contraction, no
// reassociation. Each loop gives the bits of litho.formats' encode and decode, rounded to float32;
// the comments say why that holds.

#include <stdint.h>
#include <string.h>

#ifdef LITHO_AVX512
#define LITHO_BYTES 64
#else
#define LITHO_BYTES 32
#endif
typedef float Floats __attribute__((vector_size(LITHO_BYTES)));
typedef int32_t Ints __attribute__((vector_size(LITHO_BYTES)));

static const int kLanes = LITHO_BYTES / 4;
static const int32_t kMagnitude = 0x7fffffff;
static const int32_t kInfinity = 0x7f800000;
static const float kMagic = 12582912.0f;  // 1.5 * 2^23: adding it rounds |t| <= 2^22 to integers

static inline Floats load(const float* from) {
  Floats found;
  memcpy(&found, from, sizeof found);
  return found;
}
static inline void store(float* to, Floats lanes) { memcpy(to, &lanes, sizeof lanes); }
static inline Floats floats(Ints lanes) { return (Floats)lanes; }
static inline Ints ints(Floats lanes) { return (Ints)lanes; }
static inline Floats all(float value) { return Floats{} + value; }
static inline Ints alli(int32_t value) { return Ints{} + value; }

#ifdef LITHO_AVX512
static inline Floats least_of(Floats a, Floats b) { return _mm512_min_ps(a, b); }
static inline Floats most_of(Floats a, Floats b) { return _mm512_max_ps(a, b); }
static inline Ints most_of(Ints a, Ints b) {
  return (Ints)_mm512_max_epi32((__m512i)a, (__m512i)b);
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), no, yes);
}
static inline Ints keep_where_greater(Ints kept, Floats a, Floats b) {
  return (Ints)_mm512_maskz_mov_epi32(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), (__m512i)kept);
}
static inline Ints raise_where_greater(Ints places, Floats a, Floats b) {
  __mmask16 is_greater = _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
  __m512i one = _mm512_set1_epi32(1);
  return (Ints)_mm512_mask_add_epi32((__m512i)places, is_greater, (__m512i)places, one);
}
static inline Floats with_sign(Floats magnitude, Floats x) {
  return (Floats)_mm512_ternarylogic_epi32((__m512i)magnitude, (__m512i)x,
                                           _mm512_set1_epi32(~kMagnitude), 0xf8);
}
static inline Floats move_past(Floats code, Floats rest, Ints border) {
  __m512i magnitude = (__m512i)(ints(rest) & kMagnitude);
  __mmask16 is_off = _mm512_cmpgt_epi32_mask(magnitude, (__m512i)border);
  return _mm512_mask_add_ps(code, is_off, code, with_sign(all(1.0f), rest));
}
static inline Floats rest_of(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(b, c, a); }
static inline Floats sum_of(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
static inline Floats seen(Floats so_far, Floats x) {
  return _mm512_fmadd_ps(x, _mm512_setzero_ps(), so_far);
}
static inline Floats load_some(const float* from, int64_t count) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), lanes);
}
static inline int32_t greatest_lane(Ints lanes) { return _mm512_reduce_max_epi32((__m512i)lanes); }
#else
#ifdef LITHO_AVX2
static inline Floats least_of(Floats a, Floats b) { return _mm256_min_ps(a, b); }
static inline Floats most_of(Floats a, Floats b) { return _mm256_max_ps(a, b); }
static inline Ints most_of(Ints a, Ints b) {
  return (Ints)_mm256_max_epi32((__m256i)a, (__m256i)b);
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_GT_OQ));
}
// a - b * c with one rounding.
static inline Floats rest_of(Floats a, Floats b, Floats c) { return _mm256_fnmadd_ps(b, c, a); }
// a * b + c, rounded at least once at the end.
static inline Floats sum_of(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
// Zeros, until an x that is not finite turns its lane into NaN.
static inline Floats seen(Floats so_far, Floats x) {
  return _mm256_fmadd_ps(x, _mm256_setzero_ps(), so_far);
}
// Up to seven floats; the other lanes are zero, or stay as they are.
static inline Ints first_lanes(int64_t count) {
  const Ints numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  return alli((int32_t)count) > numbers;
}
static inline Floats load_some(const float* from, int64_t count) {
  return _mm256_maskload_ps(from, (__m256i)first_lanes(count));
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  _mm256_maskstore_ps(to, (__m256i)first_lanes(count), lanes);
}
#else
static inline Floats choose(Ints flag, Floats yes, Floats no) {
  return floats((ints(yes) & flag) | (ints(no) & ~flag));
}
static inline Floats choose_greater(Floats a, Floats b, Floats yes, Floats no) {
  return choose(a > b, yes, no);
}
static inline Floats least_of(Floats a, Floats b) { return choose(a < b, a, b); }
static inline Floats most_of(Floats a, Floats b) { return choose(a > b, a, b); }
static inline Ints most_of(Ints a, Ints b) {
  Ints flag = a > b;
  return (a & flag) | (b & ~flag);
}
// a - b * c with one rounding: the product of two float32 is exact in float64, and so is the
// difference wherever the callers ask for it (they stand within a factor of two, or b is zero).
static inline Floats rest_of(Floats a, Floats b, Floats c) {
  Floats found;
  for (int lane = 0; lane < kLanes; lane++) {
    found[lane] = (float)((double)a[lane] - (double)b[lane] * (double)c[lane]);
  }
  return found;
}
static inline Floats sum_of(Floats a, Floats b, Floats c) { return a * b + c; }
static inline Floats seen(Floats so_far, Floats x) { return so_far + x * 0.0f; }
static inline Floats load_some(const float* from, int64_t count) {
  Floats lanes = {};
  memcpy(&lanes, from, (size_t)count * sizeof(float));
  return lanes;
}
static inline void store_some(float* to, Floats lanes, int64_t count) {
  memcpy(to, &lanes, (size_t)count * sizeof(float));
}
#endif

// The greatest of non-negative lanes.
static inline int32_t greatest_lane(Ints lanes) {
#ifdef LITHO_AVX2
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128((__m256i)lanes),
                               _mm256_extracti128_si256((__m256i)lanes, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1));
  return _mm_cvtsi128_si32(four);
#else
  int32_t greatest = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    greatest = lanes[lane] > greatest ? lanes[lane] : greatest;
  }
  return greatest;
#endif
}
static inline Ints keep_where_greater(Ints kept, Floats a, Floats b) { return kept & (a > b); }
static inline Ints raise_where_greater(Ints places, Floats a, Floats b) { return places - (a > b); }
static inline Floats with_sign(Floats magnitude, Floats x) {
  return floats(ints(magnitude) | (ints(x) & ~kMagnitude));
}
// code, or one more or less, by the sign of the remainder, where its magnitude passes the border.
static inline Floats move_past(Floats code, Floats rest, Ints border) {
  Ints is_off = (ints(rest) & kMagnitude) > border;
  return code + floats(ints(with_sign(all(1.0f), rest)) & is_off);
}
#endif

static inline int32_t is_not_finite(Floats seen_lanes) {
  int32_t found = 0;
  for (int lane = 0; lane < kLanes; lane++) found |= seen_lanes[lane] != 0.0f;
  return found;
}

// Fixed point under a power of two; `low` and `high` are values. The product with `up` is exact, or
// so small that it rounds to zero. Adding `half` rounds to the multiples of its last bit.
struct FixedStep {
  Floats up, down, low, high, magic;
  explicit FixedStep(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), low(all(p.low)), high(all(p.high)), magic(all(p.half)) {}
  inline void share(float u, float d, const LithoParameters& p) {
    up = all(u), down = all(d);
    low = all(p.low * d), high = all(p.high * d);
  }
  inline Floats operator()(Floats x) const {
    Floats inside = least_of(most_of(x, low), high);
    return (sum_of(inside, up, magic) - magic) * down;
  }
};

// Fixed point under any scale `down` of few enough bits that code * down is exact. The quotient by
// reciprocal is off by less than an ulp, so that only a neighbour of a tie can come out wrong; the
// remainder, rounded once, tells on which side of the tie x lies, or that it lies upon it.
struct FixedScaled {
  Floats up, down, low, high, half;
  explicit FixedScaled(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), low(all(p.low)), high(all(p.high)), half(all(p.half)) {}
  inline Floats operator()(Floats x) const {
    x = least_of(most_of(x, low), high);
    Floats t = sum_of(x, up, all(kMagic));
    Floats code = t - kMagic;
    Floats rest = rest_of(x, code, down);
    Ints border = ints(half) - (ints(t) & 1);  // from an odd code a tie moves on
    return move_past(code, rest, border) * down;
  }
};

// A minifloat with mantissa bits under a power of two: adding 2^(e - M + 23) rounds a number of
// exponent e at its last mantissa bit, and a carry needs no care.
struct FloatStep {
  Floats up, down, high;
  Ints least, gap;
  explicit FloatStep(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), high(all(p.high)), least(alli(p.least)),
        gap(alli((23 - p.mantissa) << 23)) {}
  inline void share(float u, float d, const LithoParameters&) { up = all(u), down = all(d); }
  inline Floats operator()(Floats x) const {
    Floats a = least_of(floats(ints(x) & kMagnitude) * up, high);
    Floats magic = floats(most_of(ints(a) & kInfinity, least) + gap);
    return with_sign((a + magic - magic) * down, x);
  }
};

// A minifloat under a power of two, on the bits of the number: adding just under half of the last
// kept bit, and one more where that bit is odd. float32 counts its subnormals through like any
// other, so that this serves formats with float32's own least exponent as it is (kAll). Formats
// without subnormals have zero and the least normal value below the others; what lies above half
// of that becomes it. Without a mantissa the last bit is the exponent's; `parity` says where the
// code's differs from float32's.
template <bool kAll, bool kFlip>
struct BitStep {
  Floats up, down, high, half, normal;
  Ints below, mask, odd_bit;
  int drop;
  explicit BitStep(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), high(all(p.high)), half(all(p.half)),
        normal(floats(alli(p.least))), below(alli((1 << (22 - p.mantissa)) - 1 + p.parity)),
        mask(alli(~((1 << (23 - p.mantissa)) - 1))), odd_bit(alli(1)), drop(23 - p.mantissa) {}
  inline void share(float u, float d, const LithoParameters&) { up = all(u), down = all(d); }
  inline Floats operator()(Floats x) const {
    Floats a = least_of(floats(ints(x) & kMagnitude) * up, high);
    Floats from = kAll ? a : most_of(a, normal);
    Ints odd = (ints(from) >> drop) & odd_bit;
    Ints raised = ints(from) + below;  // `below` is one more where the parities differ
    Ints rounded = (kFlip ? raised - odd : raised + odd) & mask;
    if (!kAll) rounded = keep_where_greater(rounded, a, half);
    return with_sign(floats(rounded) * down, x);
  }
};

// A minifloat under any scale. `up` lies below the reciprocal, so that a number comes out right or
// one place too low; the remainder, rounded once, tells which.
struct FloatScaled {
  Floats up, down, high, half;
  Ints least, gap;
  explicit FloatScaled(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), high(all(p.high)),
        half(all(p.half * 1.1920928955078125e-07f)), least(alli(p.least)),
        gap(alli((23 - p.mantissa) << 23)) {}
  inline Floats operator()(Floats x) const {
    Floats a = least_of(floats(ints(x) & kMagnitude), high);
    Floats q = a * up;
    Floats magic = floats(most_of(ints(q) & kInfinity, least) + gap);
    Floats t = q + magic;
    Floats rest = rest_of(a, t - magic, down);
    Floats border = floats(ints(magic * half) - (ints(t) & 1));  // from an odd place a tie moves on
    Floats value = floats(raise_where_greater(ints(t), rest, border)) - magic;
    return with_sign(value * down, x);
  }
};

template <typename Step>
static int32_t run(const float* x, float* y, int64_t count, const Step& step) {
  Floats even = {}, odd = {}, third = {}, fourth = {};  // four, because a sum takes four cycles
  int64_t at = 0;
  for (; at + 4 * kLanes <= count; at += 4 * kLanes) {
    Floats a = load(x + at), b = load(x + at + kLanes);
    even = seen(even, a);
    odd = seen(odd, b);
    store(y + at, step(a));
    store(y + at + kLanes, step(b));
    Floats c = load(x + at + 2 * kLanes), d = load(x + at + 3 * kLanes);
    third = seen(third, c);
    fourth = seen(fourth, d);
    store(y + at + 2 * kLanes, step(c));
    store(y + at + 3 * kLanes, step(d));
  }
  for (; at + kLanes <= count; at += kLanes) {
    Floats lanes = load(x + at);
    even = seen(even, lanes);
    store(y + at, step(lanes));
  }
  if (at < count) {
    Floats lanes = load_some(x + at, count - at);
    odd = seen(odd, lanes);
    store_some(y + at, step(lanes), count - at);
  }
  return is_not_finite(even + odd + third + fourth);
}

// Entries of a table: y is the last value whose threshold lies below x. Thresholds are the
// greatest float32 that still belongs to the entry before, so that ties need no care.
static inline void look_up(const Floats in[4], Floats out[4], const float* thresholds,
                           const float* values, int32_t entries) {
  Floats a = in[0], b = in[1], c = in[2], d = in[3];
  Floats p = all(values[0]), q = p, r = p, s = p;
  for (int32_t entry = 1; entry < entries; entry++) {
    Floats threshold = all(thresholds[entry - 1]), value = all(values[entry]);
    p = choose_greater(a, threshold, value, p);
    q = choose_greater(b, threshold, value, q);
    r = choose_greater(c, threshold, value, r);
    s = choose_greater(d, threshold, value, s);
  }
  out[0] = p, out[1] = q, out[2] = r, out[3] = s;
}

static int32_t run_table(const float* x, float* y, int64_t count, const float* thresholds,
                         const float* values, int32_t entries) {
  Floats all_seen[4] = {};
  int64_t at = 0;
  for (; at + 4 * kLanes <= count; at += 4 * kLanes) {
    Floats in[4], out[4];
    for (int k = 0; k < 4; k++) {
      in[k] = load(x + at + k * kLanes);
      all_seen[k] = seen(all_seen[k], in[k]);
    }
    look_up(in, out, thresholds, values, entries);
    for (int k = 0; k < 4; k++) store(y + at + k * kLanes, out[k]);
  }
  if (at < count) {
    Floats in[4] = {}, out[4];
    memcpy(in, x + at, (size_t)(count - at) * sizeof(float));
    for (int k = 0; k < 4; k++) all_seen[k] = seen(all_seen[k], in[k]);
    look_up(in, out, thresholds, values, entries);
    memcpy(y + at, out, (size_t)(count - at) * sizeof(float));
  }
  return is_not_finite(all_seen[0] + all_seen[1] + all_seen[2] + all_seen[3]);
}

static inline int32_t greatest_of(const float* x, int64_t count) {
  Ints worst = {};
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    worst = most_of(worst, ints(load(x + at)) & kMagnitude);
  }
  if (at < count) worst = most_of(worst, ints(load_some(x + at, count - at)) & kMagnitude);
  return greatest_lane(worst);
}

static inline float power_of_two(int32_t exponent) {
  int64_t bits = (int64_t)(exponent + 1023) << 52;
  double found;
  memcpy(&found, &bits, sizeof found);
  return (float)found;
}

// The shared power of two of a group, and its reciprocal.
struct Shared {
  float up, down;
};

// Where the exponent runs into its bounds, or the greatest magnitude is subnormal.
static __attribute__((noinline)) Shared shared_at_bounds(int32_t greatest, const LithoBlock& b) {
  float magnitude;
  memcpy(&magnitude, &greatest, sizeof magnitude);
  double wide = magnitude;
  int64_t bits;
  memcpy(&bits, &wide, sizeof bits);
  int32_t exponent = (int32_t)(bits >> 52) - 1023 - b.most;
  exponent = exponent < -127 || !greatest ? -127 : exponent > 127 ? 127 : exponent;
  // `edge` is the greatest magnitude that does not round past the greatest element.
  bool is_over = b.carries && magnitude * power_of_two(-exponent) > b.edge;
  exponent += is_over && exponent < 127;
  return {power_of_two(-exponent), power_of_two(exponent)};
}

// The shared power for a group whose greatest magnitude has these bits. Its exponent is that of
// the edge, so that their fractions alone tell which of the two is greater.
static inline Shared shared_of(int32_t greatest, const LithoBlock& b, int32_t edge_fraction) {
  int32_t is_over = (greatest & 0x7fffff) > edge_fraction;
  int32_t field = (greatest >> 23) - b.most + is_over;
  if (greatest < 0x800000 || field < 1 || field > 253) return shared_at_bounds(greatest, b);
  int32_t down = field << 23, up = (254 - field) << 23;
  Shared found;
  memcpy(&found.up, &up, sizeof up);
  memcpy(&found.down, &down, sizeof down);
  return found;
}

static inline int32_t edge_fraction_of(const LithoBlock& b) {
  int32_t bits;
  memcpy(&bits, &b.edge, sizeof bits);
  return b.carries ? bits & 0x7fffff : 0x7fffff;
}

template <typename Step>
static inline int32_t run_group(const float* x, float* y, int64_t length, const LithoBlock& b,
                                int32_t edge, Step step) {
  int32_t greatest = greatest_of(x, length);
  Shared shared = shared_of(greatest, b, edge);
  step.share(shared.up, shared.down, b.element);
  int64_t k = 0;
  for (; k + kLanes <= length; k += kLanes) store(y + k, step(load(x + k)));
  if (k < length) {
    Floats lanes = load_some(x + k, length - k);
    store_some(y + k, step(lanes), length - k);
  }
  return greatest;
}

template <typename Step>
static int32_t run_groups(const float* x, float* y, const LithoBlock& b) {
  int32_t worst = 0, edge = edge_fraction_of(b);
  const Step step(b.element);
  for (int64_t row = 0; row < b.rows; row++) {
    for (int64_t at = 0; at < b.row; at += b.group) {
      int64_t length = b.row - at < b.group ? b.row - at : b.group;
      // The two usual lengths are written out, so that the group stays in registers.
      int32_t greatest = length == 32   ? run_group(x, y, 32, b, edge, step)
                         : length == 16 ? run_group(x, y, 16, b, edge, step)
                                        : run_group(x, y, length, b, edge, step);
      worst = greatest > worst ? greatest : worst;
      x += length;
      y += length;
    }
  }
  return worst >= kInfinity;
}

// The gradient where low <= x <= high, else zero.
static void pass_inside(const float* x, const float* gradient, float* y, int64_t count, float low,
                        float high) {
  int64_t at = 0;
  Floats bottom = all(low), top = all(high);
  for (; at + kLanes <= count; at += kLanes) {
    Floats lanes = load(x + at);
    Ints inside = (lanes >= bottom) & (lanes <= top);
    store(y + at, floats(ints(load(gradient + at)) & inside));
  }
  for (; at < count; at++) y[at] = x[at] >= low && x[at] <= high ? gradient[at] : 0.0f;
}

static void pass_groups(const float* x, const float* gradient, float* y, const LithoBlock& b) {
  int32_t edge = edge_fraction_of(b);
  for (int64_t row = 0; row < b.rows; row++) {
    for (int64_t at = 0; at < b.row; at += b.group) {
      int64_t length = b.row - at < b.group ? b.row - at : b.group;
      float top = shared_of(greatest_of(x, length), b, edge).down * b.bound;
      top = top < 3.4028234663852886e38f ? top : 3.4028234663852886e38f;
      pass_inside(x, gradient, y, length, -top, top);
      x += length;
      y += length;
      gradient += length;
    }
  }
}

typedef double Doubles __attribute__((vector_size(LITHO_BYTES)));

// The lower and the upper half of the lanes.
#if defined(LITHO_AVX512)
static inline Doubles lower(Floats x) {
  return (Doubles)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)x));
}
static inline Doubles upper(Floats x) {
  return (Doubles)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)x, 1));
}
#elif defined(LITHO_AVX2)
static inline Doubles lower(Floats x) {
  return (Doubles)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
}
static inline Doubles upper(Floats x) {
  return (Doubles)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
}
#else
static inline Doubles half_of(Floats x, int from) {
  Doubles found;
  for (int lane = 0; lane < kLanes / 2; lane++) found[lane] = (double)x[from + lane];
  return found;
}
static inline Doubles lower(Floats x) { return half_of(x, 0); }
static inline Doubles upper(Floats x) { return half_of(x, kLanes / 2); }
#endif

// Adds gradient * (y - x) where low <= x <= high and gradient * y elsewhere: terms are float32,
// sums float64. Element i adds to sums[i % kSums].
static void add_terms(const float* x, const float* y, const float* gradient, double* sums,
                      int64_t count, float low, float high) {
  const int kGroups = kSums / kLanes;
  const Floats bottom = all(low), top = all(high);
  Doubles lows[kGroups], highs[kGroups];
  for (int k = 0; k < kGroups; k++) {
    memcpy(&lows[k], sums + k * kLanes, sizeof lows[k]);
    memcpy(&highs[k], sums + k * kLanes + kLanes / 2, sizeof highs[k]);
  }
  int64_t at = 0;
  for (; at + kSums <= count; at += kSums) {
    for (int k = 0; k < kGroups; k++) {
      Floats lanes = load(x + at + k * kLanes), rounded = load(y + at + k * kLanes);
      Floats slope = load(gradient + at + k * kLanes);
      Floats kept = floats(ints(lanes) & ((lanes >= bottom) & (lanes <= top)));
      Floats term = slope * (rounded - kept);
      lows[k] += lower(term);
      highs[k] += upper(term);
    }
  }
  for (int k = 0; k < kGroups; k++) {
    memcpy(sums + k * kLanes, &lows[k], sizeof lows[k]);
    memcpy(sums + k * kLanes + kLanes / 2, &highs[k], sizeof highs[k]);
  }
  for (; at < count; at++, sums++) {
    float kept = x[at] >= low && x[at] <= high ? x[at] : 0.0f;
    *sums += (double)(gradient[at] * (y[at] - kept));
  }
}

static int32_t run_step(int32_t kind, const float* x, float* y, int64_t count,
                        const LithoParameters& p) {
  switch (kind) {
    case 0: return run(x, y, count, FixedStep(p));
    case 1: return run(x, y, count, FixedScaled(p));
    case 2: return run(x, y, count, FloatStep(p));
    case 3: return run(x, y, count, BitStep<true, false>(p));
    case 4:
      if (p.parity) return run(x, y, count, BitStep<false, true>(p));
      return run(x, y, count, BitStep<false, false>(p));
    default: return run(x, y, count, FloatScaled(p));
  }
}

static int32_t run_block(const float* x, float* y, const LithoBlock& b) {
  if (b.is_integer) return run_groups<FixedStep>(x, y, b);
  if (b.element.mantissa) return run_groups<FloatStep>(x, y, b);
  if (b.element.parity) return run_groups<BitStep<false, true>>(x, y, b);
  return run_groups<BitStep<false, false>>(x, y, b);
}

static const LithoLoops kLoops = {run_step,    run_table,   run_block,
                                  pass_inside, pass_groups, add_terms};
