// Rounding of one vector of lanes: evenly spaced and floating formats.
//
// Included by loops.h. Each step gives the bits of litho.formats' encode and decode, rounded to
// float32; the comments say why that holds.

typedef LithoParameters P;

// Where a step has its numbers from: one record for all lanes, or one for each. Doubles are given
// for the lower and the upper half of the lanes.
struct Same {
  const P& p;
  inline Floats operator()(float P::*field) const { return all(p.*field); }
  inline Doubles operator()(double P::*field, int) const { return alld(p.*field); }
};

// Lane k is element `first` + k of an array [channels][inner] that repeats.
struct Each {
  const P* of[kLanes];
  const P& p;
  Each(const P* records, LithoExtent extent, int64_t first) : p(*records) {
    int64_t channel = first / extent.inner, k = first % extent.inner;
    for (int lane = 0; lane < kLanes; lane++) {
      of[lane] = records + channel;
      if (++k < extent.inner) continue;
      k = 0;
      if (++channel == extent.channels) channel = 0;
    }
  }
  inline Floats operator()(float P::*field) const {
    Floats found;
    for (int lane = 0; lane < kLanes; lane++) found[lane] = of[lane]->*field;
    return found;
  }
  inline Doubles operator()(double P::*field, int half) const {
    Doubles found;
    for (int k = 0; k < kLanes / 2; k++) found[k] = of[half * (kLanes / 2) + k]->*field;
    return found;
  }
};

// Fixed point under a power of two; `low` and `high` are values. The product with `up` is exact, or
// so small that it rounds to zero. Adding `half` rounds to the multiples of its last bit.
struct FixedStep {
  Floats up, down, low, high, magic;
  template <typename Source>
  explicit FixedStep(const Source& of)
      : up(of(&P::up)), down(of(&P::down)), low(of(&P::low)), high(of(&P::high)),
        magic(of(&P::half)) {}
  inline void share(float u, float d, const LithoParameters& p) {
    up = all(u), down = all(d);
    low = all(p.low * d), high = all(p.high * d);
  }
  inline Floats operator()(Floats x) const {
    Floats inside = least_of(most_of(x, low), high);
    return (sum_of(inside, up, magic) - magic) * down;
  }
};

// Fixed point under any scale s whose product with every tie T is a float32; T is a code and a
// half. The quotient q is x / s, off by less than 2^-47 of it, then rounded to float32; it lies on
// the same side of each tie as x / s, or upon it as x / s does, so that rounding it once more to a
// code is right. For let s = m * 2^k with m of at most 20 bits, and x not T * s: as both are
// float32, x / s differs from T by at least 2^-23 / mant(T * s) of T, which is mant(T) / mant(T s)
// times the last bit of T; mant is the number in [1, 2). mant(T * s) is mant(T) * mant(s) or half
// of that, so that the difference is at least 1 / mant(s) >= (1 + 2^-20) / 2 of the last bit: more
// than the half that rounds to T, by far more than the error. (Where T * s is a power of two the
// float32 below it are twice as close: the difference is then mant(T) / 2 of the last bit of T,
// and mant(T) > 1, or s is a power of two and q exact.)
struct FixedScaled {
  Floats up, fine, down, low, high;
  template <typename Source>
  explicit FixedScaled(const Source& of)
      : up(of(&P::up)), fine(of(&P::fine)), down(of(&P::down)), low(of(&P::low)),
        high(of(&P::high)) {}
  inline Floats operator()(Floats x) const {
    const Floats magic = all(kMagic);
    Floats q = quotient_of(least_of(most_of(x, low), high), up, fine);
    return (q + magic - magic) * down;
  }
};

// The same for wider codes. A first rounding gives a code c that is right or next to it. The
// remainder x - c * s is exact: it has at most as many bits as s, or as x. It is a float32, and so
// is s / 2, so that its quotient by s lies on the right side of 1/2, or upon it, as above. Adding
// it to c, one code to the last bit, rounds once, ties to the even code.
struct FixedCorrected {
  Floats up, fine, down, low, high;
  template <typename Source>
  explicit FixedCorrected(const Source& of)
      : up(of(&P::up)), fine(of(&P::fine)), down(of(&P::down)), low(of(&P::low)),
        high(of(&P::high)) {}
  inline Floats operator()(Floats x) const {
    const Floats magic = all(kMagic);
    x = least_of(most_of(x, low), high);
    Floats t = sum_of(x, up, magic);
    Floats rest = rest_of(x, t - magic, down);
    return (t + quotient_of(rest, up, fine) - magic) * down;
  }
};

// The grid of a minifloat with mantissa bits: adding 2^(e - M + 23) rounds a number of exponent e
// at its last mantissa bit, and a carry needs no care.
struct FloatGrid {
  Ints least, gap;
  explicit FloatGrid(const P& p) : least(alli(p.least)), gap(alli((23 - p.mantissa) << 23)) {}
  inline Floats rounded(Floats a) const {
    Floats magic = floats(most_of(ints(a) & kInfinity, least) + gap);
    return a + magic - magic;
  }
};

// The grid of a minifloat, on the bits of the number: adding just under half of the last kept bit,
// and one more where that bit is odd. float32 counts its subnormals through like any other, so that
// this serves formats with float32's own least exponent as it is (kAll). Formats without subnormals
// have zero and the least normal value below the others; what lies above half of that becomes it.
// Without a mantissa the last bit is the exponent's; `parity` says where the code's differs from
// float32's.
template <bool kAll, bool kFlip>
struct BitGrid {
  Floats half, normal;
  Ints below, mask, odd_bit;
  int drop;
  explicit BitGrid(const P& p)
      : half(all(p.half)), normal(floats(alli(p.least))),
        below(alli((1 << (22 - p.mantissa)) - 1 + p.parity)),
        mask(alli(~((1 << (23 - p.mantissa)) - 1))), odd_bit(alli(1)), drop(23 - p.mantissa) {}
  inline Floats rounded(Floats a) const {
    Floats from = kAll ? a : most_of(a, normal);
    Ints odd = (ints(from) >> drop) & odd_bit;
    Ints raised = ints(from) + below;  // `below` is one more where the parities differ
    Ints found = (kFlip ? raised - odd : raised + odd) & mask;
    if (!kAll) found = keep_where_greater(found, a, half);
    return floats(found);
  }
};

// A minifloat under a power of two.
template <typename Grid>
struct FloatStep {
  Grid grid;
  Floats up, down, high;
  template <typename Source>
  explicit FloatStep(const Source& of)
      : grid(of.p), up(of(&P::up)), down(of(&P::down)), high(of(&P::high)) {}
  inline void share(float u, float d, const LithoParameters&) { up = all(u), down = all(d); }
  inline Floats operator()(Floats x) const {
    Floats a = least_of(floats(ints(x) & kMagnitude) * up, high);
    return with_sign(grid.rounded(a) * down, x);
  }
};

// A minifloat under any scale whose product with every tie is a float32: the quotient lies on the
// same side of each tie as x / s (see FixedScaled), and is then rounded as under the scale 1.
template <typename Grid>
struct FloatScaled {
  Grid grid;
  Floats up, fine, down, high;
  template <typename Source>
  explicit FloatScaled(const Source& of)
      : grid(of.p), up(of(&P::up)), fine(of(&P::fine)), down(of(&P::down)), high(of(&P::high)) {}
  inline Floats operator()(Floats x) const {
    Floats q = quotient_of(magnitude_up_to(x, high), up, fine);
    return with_sign(grid.rounded(q) * down, x);
  }
};

// The same for longer mantissas: as FixedCorrected, on the places of the exponent of a first
// quotient. Without subnormals (kFlush) nothing is below the least normal value, `half`, but zero;
// what lies above the middle of the two, `low`, becomes the former.
template <bool kFlush>
struct FloatCorrected {
  Floats up, fine, down, high, normal, middle;
  Ints least, gap;
  template <typename Source>
  explicit FloatCorrected(const Source& of)
      : up(of(&P::up)), fine(of(&P::fine)), down(of(&P::down)), high(of(&P::high)),
        normal(of(&P::half)), middle(of(&P::low)), least(alli(of.p.least)),
        gap(alli((23 - of.p.mantissa) << 23)) {}
  inline Floats operator()(Floats x) const {
    Floats a = magnitude_up_to(x, high);
    Floats from = kFlush ? most_of(a, normal) : a;
    Floats q = from * up;
    Floats magic = floats(most_of(ints(q) & kInfinity, least) + gap);
    Floats t = q + magic;
    Floats rest = rest_of(from, t - magic, down);
    Floats value = t + quotient_of(rest, up, fine) - magic;
    if (kFlush) value = floats(keep_where_greater(ints(value), a, middle));
    return with_sign(value * down, x);
  }
};

// Fixed point of any width under a power of two: from 2^23 on a float32 is an integer already.
struct FixedWide {
  Floats up, down, low, high;
  template <typename Source>
  explicit FixedWide(const Source& of)
      : up(of(&P::up)), down(of(&P::down)), low(of(&P::low)), high(of(&P::high)) {}
  inline Floats operator()(Floats x) const {
    const Floats top = all(8388608.0f);
    Floats t = least_of(most_of(x, low), high) * up;
    Floats magic = with_sign(top, t);
    Floats rounded = t + magic - magic;
    Floats magnitude = floats(ints(t) & kMagnitude);
    return choose_greater(top, magnitude, rounded, t) * down;
  }
};

// Fixed point in float64, for codes that float32 does not hold. A product of code and scale is
// exact, and so is the remainder next to a tie: it tells on which side of the tie x lies.
struct FixedDouble {
  struct Half {
    Doubles up, down, low, high;
    template <typename Source>
    Half(const Source& of, int k)
        : up(of(&P::wide_up, k)), down(of(&P::wide_down, k)), low(of(&P::wide_low, k)),
          high(of(&P::wide_high, k)) {}
    inline Doubles round(Doubles x) const {
      const Doubles magic = alld(6755399441055744.0);  // 1.5 * 2^52
      x = least_of(most_of(x, low), high);
      Doubles t = x * up + magic;
      Doubles code = t - magic;
      Doubles rest = x - code * down;
      Doubles border = (Doubles)((Longs)(down * 0.5) - ((Longs)t & 1));
      Doubles one = alld(1.0);
      code += (Doubles)((Longs)one & (rest > border));
      code -= (Doubles)((Longs)one & (rest < -border));
      return code * down;
    }
  };
  Half first, second;
  template <typename Source>
  explicit FixedDouble(const Source& of) : first(of, 0), second(of, 1) {}
  inline Floats operator()(Floats x) const {
    return joined(first.round(lower(x)), second.round(upper(x)));
  }
};

// A minifloat in float64, for exponents or scales that float32 does not hold. `up` lies below the
// reciprocal, so that a number comes out right or one place too low; the remainder, rounded once,
// tells which. Without a mantissa (kLog) the place is odd or even with the exponent. Without
// subnormals (kFlush) zero and the least normal value are the lowest; what lies above their middle
// becomes the latter.
template <bool kLog, bool kFlush>
struct FloatDouble {
  struct Half {
    Doubles up, down, high, least;
    Longs gap, flip;
    template <typename Source>
    Half(const Source& of, int k)
        : up(of(&P::wide_up, k)), down(of(&P::wide_down, k)), high(of(&P::wide_high, k)),
          least((Doubles)(Longs{} + ((int64_t)(of.p.least + 1023) << 52))),
          gap(Longs{} + ((int64_t)(52 - of.p.mantissa) << 52)),
          flip(Longs{} + (of.p.parity & 1)) {}
    inline Doubles round(Doubles a) const {
      const Longs exponent = Longs{} + ((int64_t)0x7ff << 52);
      a = least_of(a, high);
      Doubles q = kFlush ? most_of(a * up, least) : a * up;
      Doubles magic = (Doubles)((Longs)most_of((Doubles)((Longs)q & exponent), least) + gap);
      Doubles t = q + magic;
      Doubles rest = a - (t - magic) * down;
      Longs odd = kLog ? (Longs)t & (((Longs)magic >> 52) ^ flip) & 1 : (Longs)t & 1;
      Doubles border = (Doubles)((Longs)(magic * (down * 0x1p-53)) - odd);
      Doubles value = (Doubles)((Longs)t - (rest > border)) - magic;
      if (kFlush) value = (Doubles)((Longs)value & (a > least * down * 0.5));
      return value * down;
    }
  };
  Half first, second;
  template <typename Source>
  explicit FloatDouble(const Source& of) : first(of, 0), second(of, 1) {}
  inline Floats operator()(Floats x) const {
    Floats a = floats(ints(x) & kMagnitude);
    return with_sign(joined(first.round(lower(a)), second.round(upper(a))), x);
  }
};

// A minifloat with too many exponents for the sums of FloatCorrected: as that one where every lane
// is zero or far enough from both ends of float32, so that no subnormals and no overflow occur;
// other vectors are rounded in float64.
template <bool kFlush>
struct FloatFar {
  FloatDouble<false, kFlush> wide;
  Floats up, fine, down;
  Ints gap, lowest, span;
  template <typename Source>
  explicit FloatFar(const Source& of)
      : wide(of), up(of(&P::up)), fine(of(&P::fine)), down(of(&P::down)),
        gap(alli((23 - of.p.mantissa) << 23)), lowest(ints(of(&P::lowest))),
        span(ints(of(&P::high)) - lowest) {}
  static __attribute__((noinline)) Floats far(const FloatFar& step, Floats x) {
    return step.wide(x);
  }
  inline Floats operator()(Floats x) const {
    Floats a = floats(ints(x) & kMagnitude);
    if (__builtin_expect(is_any_outside(ints(a), lowest, span), 0)) return far(*this, x);
    Floats q = a * up;
    Floats magic = floats((ints(q) & kInfinity) + gap);
    Floats t = q + magic;
    Floats rest = rest_of(a, t - magic, down);
    return with_sign((t + quotient_of(rest, up, fine) - magic) * down, x);
  }
};
