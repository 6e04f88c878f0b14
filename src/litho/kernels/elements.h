// Rounding of each value by itself: evenly spaced and floating formats, and tables.
//
// Included by loops.h. Each step gives the bits of litho.formats' encode and decode, rounded to
// float32; the comments say why that holds.

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

// Fixed point of any width under a power of two: from 2^23 on a float32 is an integer already.
struct FixedWide {
  Floats up, down, low, high;
  explicit FixedWide(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), low(all(p.low)), high(all(p.high)) {}
  inline Floats operator()(Floats x) const {
    const Floats top = all(8388608.0f);
    Floats t = least_of(most_of(x, low), high) * up;
    Floats magic = with_sign(top, t);
    Floats rounded = t + magic - magic;
    Floats magnitude = floats(ints(t) & kMagnitude);
    return choose_greater(top, magnitude, rounded, t) * down;
  }
};

// A minifloat under any scale. `up` lies below the reciprocal, so that a number comes out right or
// one place too low; the remainder, rounded once, tells which. Without a mantissa (kLog) the place
// is odd or even with the exponent. Without subnormals (kFlush) zero and the least normal value are
// the lowest; what lies above their middle, `low`, becomes the latter.
template <bool kLog, bool kFlush>
struct FloatScaled {
  Floats up, down, high, half, middle;
  Ints least, gap, flip;
  explicit FloatScaled(const LithoParameters& p)
      : up(all(p.up)), down(all(p.down)), high(all(p.high)),
        half(all(p.half * 1.1920928955078125e-07f)), middle(all(p.low)), least(alli(p.least)),
        gap(alli((23 - p.mantissa) << 23)), flip(alli(p.parity)) {}
  inline Floats operator()(Floats x) const {
    Floats a = least_of(floats(ints(x) & kMagnitude), high);
    Floats q = kFlush ? most_of(a * up, floats(least)) : a * up;
    Floats magic = floats(most_of(ints(q) & kInfinity, least) + gap);
    Floats t = q + magic;
    Floats rest = rest_of(a, t - magic, down);
    Ints odd = kLog ? ints(t) & ((ints(magic) >> 23) ^ flip) & 1 : ints(t) & 1;
    Floats border = floats(ints(magic * half) - odd);  // from an odd place a tie moves on
    Floats value = floats(raise_where_greater(ints(t), rest, border)) - magic;
    if (kFlush) value = floats(keep_where_greater(ints(value), a, middle));
    return with_sign(value * down, x);
  }
};

// Fixed point in float64, for codes that float32 does not hold: as FixedScaled, but a product of
// code and scale is exact, and so is the remainder next to a tie.
struct FixedDouble {
  Doubles up, down, low, high, half;
  explicit FixedDouble(const LithoParameters& p)
      : up(alld(p.wide_up)), down(alld(p.wide_down)), low(alld(p.wide_low)),
        high(alld(p.wide_high)), half(alld(p.wide_down / 2)) {}
  inline Doubles round(Doubles x) const {
    const Doubles magic = alld(6755399441055744.0);  // 1.5 * 2^52
    x = least_of(most_of(x, low), high);
    Doubles t = x * up + magic;
    Doubles code = t - magic;
    Doubles rest = x - code * down;
    Doubles border = (Doubles)((Longs)half - ((Longs)t & 1));
    Doubles one = alld(1.0);
    code += (Doubles)((Longs)one & (rest > border));
    code -= (Doubles)((Longs)one & (rest < -border));
    return code * down;
  }
  inline Floats operator()(Floats x) const { return joined(round(lower(x)), round(upper(x))); }
};

// A minifloat in float64, for exponents or scales that float32 does not hold: as FloatScaled.
template <bool kLog, bool kFlush>
struct FloatDouble {
  Doubles up, down, high, half, middle, least;
  Longs gap, flip;
  explicit FloatDouble(const LithoParameters& p)
      : up(alld(p.wide_up)), down(alld(p.wide_down)), high(alld(p.wide_high)),
        half(alld(p.wide_down * 0x1p-53)), middle(alld(0.0)),
        least((Doubles)(Longs{} + ((int64_t)(p.least + 1023) << 52))),
        gap(Longs{} + ((int64_t)(52 - p.mantissa) << 52)), flip(Longs{} + (p.parity & 1)) {
    middle = least * down * 0.5;
  }
  inline Doubles round(Doubles a) const {
    const Longs exponent = Longs{} + ((int64_t)0x7ff << 52);
    a = least_of(a, high);
    Doubles q = kFlush ? most_of(a * up, least) : a * up;
    Doubles magic = (Doubles)((Longs)most_of((Doubles)((Longs)q & exponent), least) + gap);
    Doubles t = q + magic;
    Doubles rest = a - (t - magic) * down;
    Longs odd = kLog ? (Longs)t & (((Longs)magic >> 52) ^ flip) & 1 : (Longs)t & 1;
    Doubles border = (Doubles)((Longs)(magic * half) - odd);
    Doubles value = (Doubles)((Longs)t - (rest > border)) - magic;
    if (kFlush) value = (Doubles)((Longs)value & (a > middle));
    return value * down;
  }
  inline Floats operator()(Floats x) const {
    Floats a = floats(ints(x) & kMagnitude);
    return with_sign(joined(round(lower(a)), round(upper(a))), x);
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

// What follows the rounding in some formats (kFinish): zeros without sign, infinity and NaN.
template <typename Step, int kFinish>
struct Finished {
  Step step;
  Floats edge, infinity, nan;
  explicit Finished(const LithoParameters& p)
      : step(p), edge(all(p.edge)), infinity(floats(alli(p.special))),
        nan(floats(alli(0x7fc00000))) {}
  inline Floats operator()(Floats x) const {
    const bool drops_sign = kFinish & kDropsSignOfZero;
    Floats y = step(x);
    if (drops_sign) y = y + all(0.0f);
    if (!(kFinish & kOverflows)) return y;
    Floats magnitude = floats(ints(x) & kMagnitude);
    y = choose_greater(magnitude, edge, drops_sign ? infinity : with_sign(infinity, x), y);
    Ints is_nan = x != x;
    Floats other = drops_sign ? nan : with_sign(nan, x);
    return floats((ints(other) & is_nan) | (ints(y) & ~is_nan));
  }
};

template <typename Step>
static int32_t run_finished(const float* x, float* y, int64_t count, const LithoParameters& p) {
  switch (p.finish) {
    case 0: return run(x, y, count, Step(p));
    case kDropsSignOfZero: return run(x, y, count, Finished<Step, kDropsSignOfZero>(p));
    case kOverflows: run(x, y, count, Finished<Step, kOverflows>(p)); return 0;
    default: run(x, y, count, Finished<Step, kDropsSignOfZero | kOverflows>(p)); return 0;
  }
}

static int32_t run_step(int32_t kind, const float* x, float* y, int64_t count,
                        const LithoParameters& p) {
  const bool is_log = !p.mantissa;
  switch (kind) {
    case 0: return run(x, y, count, FixedStep(p));
    case 1: return run(x, y, count, FixedScaled(p));
    case 2: return run_finished<FloatStep>(x, y, count, p);
    case 3: return run_finished<BitStep<true, false>>(x, y, count, p);
    case 4:
      if (p.parity) return run_finished<BitStep<false, true>>(x, y, count, p);
      return run_finished<BitStep<false, false>>(x, y, count, p);
    case 5:
      if (is_log) return run_finished<FloatScaled<true, false>>(x, y, count, p);
      if (p.flushes) return run_finished<FloatScaled<false, true>>(x, y, count, p);
      return run_finished<FloatScaled<false, false>>(x, y, count, p);
    case 6: return run(x, y, count, FixedWide(p));
    case 7: return run(x, y, count, FixedDouble(p));
    default:
      if (is_log) return run_finished<FloatDouble<true, false>>(x, y, count, p);
      if (p.flushes) return run_finished<FloatDouble<false, true>>(x, y, count, p);
      return run_finished<FloatDouble<false, false>>(x, y, count, p);
  }
}
