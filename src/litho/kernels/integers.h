// Integers times a ratio, rounded half to even and limited; included by loops.h.
//
// In float64, exact as long as codes lie within 2^51 and products within 2^53; the ratio is
// a multiplier times a power of two. Limits are integers within 2^50, so that limiting before
// rounding gives what limiting after it would.

struct SeenCodes {
  Doubles least = alld(0x1p52), greatest = alld(-0x1p52);
  Longs outside = {};  // its highest 12 bits stay zero while codes are within 2^51
};

static inline Longs load_codes(const int64_t* from) {
  Longs found;
  memcpy(&found, from, sizeof found);
  return found;
}

// Adding 1.5 * 2^52 puts an integer into the last bits of a float64, and rounds what is none.
static inline Longs round_codes(Longs codes, Doubles ratio, Doubles low, Doubles high,
                                SeenCodes& seen) {
  const Doubles magic = alld(6755399441055744.0);
  const Longs bits = (Longs)magic;
  const Doubles exact = (Doubles)(codes + bits) - magic;
  seen.outside |= codes + ((int64_t)1 << 51);
  seen.least = least_of(seen.least, exact);
  seen.greatest = most_of(seen.greatest, exact);
  return (Longs)(least_of(most_of(exact * ratio, low), high) + magic) - bits;
}

// Runs of codes: lane k of vector v has the ratio of `of(v * lanes)`.
template <typename Ratios>
static inline void round_run(const int64_t* codes, int64_t* found, int64_t count, const Ratios& of,
                             Doubles low, Doubles high, SeenCodes& seen) {
  const int64_t lanes = kLanes / 2;
  int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    const Longs rounded = round_codes(load_codes(codes + at), of(at), low, high, seen);
    memcpy(found + at, &rounded, sizeof rounded);
  }
  if (at == count) return;
  Longs some = Longs{} + codes[at];
  memcpy(&some, codes + at, (size_t)(count - at) * sizeof(int64_t));
  const Longs rounded = round_codes(some, of(at), low, high, seen);
  memcpy(found + at, &rounded, (size_t)(count - at) * sizeof(int64_t));
}

// `ratios` has one for each channel; few codes a channel are taken by rows, with the ratios spread.
// Gives whether all codes lie within 2^51, and with `ends` the least and the greatest.
static bool round_integers(const int64_t* codes, int64_t* found, const double* ratios, double low,
                           double high, double* ends, LithoExtent extent) {
  SeenCodes seen;
  const Doubles lows = alld(low), highs = alld(high);
  if (extent.channels > 1 && extent.inner < kLanes) {
    const int64_t row = extent.channels * extent.inner;
    Scratch<double> spread(row + kLanes);
    for (int64_t k = 0; k < row + kLanes; k++) {
      spread.records[k] = ratios[(k < row ? k : row - 1) / extent.inner];
    }
    const auto of = [&](int64_t at) {
      Doubles ratio;
      memcpy(&ratio, spread.records + at, sizeof ratio);
      return ratio;
    };
    for (int64_t o = 0; o < extent.outer; o++) {
      round_run(codes + o * row, found + o * row, row, of, lows, highs, seen);
    }
  } else {
    for (int64_t o = 0; o < extent.outer; o++) {
      for (int64_t c = 0; c < extent.channels; c++) {
        const Doubles ratio = alld(ratios[c]);
        round_run(codes, found, extent.inner, [&](int64_t) { return ratio; }, lows, highs, seen);
        codes += extent.inner, found += extent.inner;
      }
    }
  }
  int64_t outside = 0;
  ends[0] = seen.least[0], ends[1] = seen.greatest[0];
  for (int lane = 0; lane < kLanes / 2; lane++) {
    outside |= seen.outside[lane];
    ends[0] = seen.least[lane] < ends[0] ? seen.least[lane] : ends[0];
    ends[1] = seen.greatest[lane] > ends[1] ? seen.greatest[lane] : ends[1];
  }
  return (uint64_t)outside >> 52 == 0;
}

typedef float HalfFloats __attribute__((vector_size(LITHO_BYTES / 2)));

static inline Doubles load_numbers(const double* from) {
  Doubles found;
  memcpy(&found, from, sizeof found);
  return found;
}
static inline Doubles load_numbers(const float* from) {
  HalfFloats found;
  memcpy(&found, from, sizeof found);
  return __builtin_convertvector(found, Doubles);
}
static inline void store_numbers(double* to, Doubles lanes) { memcpy(to, &lanes, sizeof lanes); }
static inline void store_numbers(float* to, Doubles lanes) {
  const HalfFloats found = __builtin_convertvector(lanes, HalfFloats);
  memcpy(to, &found, sizeof found);
}

// Numbers that stand on the multiples of a step become those of a unit: their codes times a ratio,
// rounded as above.
struct Regrid {
  Doubles step, ratio, unit;
};

struct SeenNumbers {
  Doubles greatest = {};  // magnitude of a code
  Longs inside = ~Longs{};  // whether all codes are finite and within 2^51
};

static inline Doubles regrid(Doubles x, const Regrid& to, Doubles low, Doubles high,
                             SeenNumbers& seen) {
  const Doubles magic = alld(6755399441055744.0), bound = alld(0x1p51);
  const Doubles quotient = x / to.step;
  const Doubles magnitude = (Doubles)((Longs)quotient & INT64_MAX);
  seen.inside &= magnitude < bound;
  seen.greatest = most_of(seen.greatest, magnitude);
  const Doubles code = quotient + magic - magic;
  return (least_of(most_of(code * to.ratio, low), high) + magic - magic) * to.unit;
}

template <typename Number, typename Regrids>
static inline void regrid_run(const Number* x, Number* y, int64_t count, const Regrids& of,
                              Doubles low, Doubles high, SeenNumbers& seen) {
  const int64_t lanes = kLanes / 2;
  int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    store_numbers(y + at, regrid(load_numbers(x + at), of(at), low, high, seen));
  }
  if (at == count) return;
  Number some[lanes];
  for (int64_t k = 0; k < lanes; k++) some[k] = x[at + k < count ? at + k : count - 1];
  store_numbers(some, regrid(load_numbers(some), of(at), low, high, seen));
  memcpy(y + at, some, (size_t)(count - at) * sizeof(Number));
}

// `numbers` are steps, ratios and units: kRegrid of them for each channel. Gives the greatest
// magnitude of a code, or infinity where one is not finite or not within 2^51.
template <typename Number>
static double regrid_numbers(const Number* x, Number* y, const double* numbers, double low,
                             double high, LithoExtent extent) {
  SeenNumbers seen;
  const Doubles lows = alld(low), highs = alld(high);
  if (extent.channels > 1 && extent.inner < kLanes) {
    const int64_t row = extent.channels * extent.inner, room = row + kLanes;
    Scratch<double> spread(kRegrid * room);
    for (int64_t k = 0; k < kRegrid * room; k++) {
      const int64_t place = k % room < row ? k % room : row - 1;
      spread.records[k] = numbers[place / extent.inner * kRegrid + k / room];
    }
    const double* of_lane = spread.records;
    const auto of = [=](int64_t at) {
      return Regrid{load_numbers(of_lane + at), load_numbers(of_lane + room + at),
                    load_numbers(of_lane + 2 * room + at)};
    };
    for (int64_t o = 0; o < extent.outer; o++) {
      regrid_run(x + o * row, y + o * row, row, of, lows, highs, seen);
    }
  } else {
    for (int64_t o = 0; o < extent.outer; o++) {
      for (int64_t c = 0; c < extent.channels; c++, x += extent.inner, y += extent.inner) {
        const double* own = numbers + c * kRegrid;
        const Regrid to = {alld(own[0]), alld(own[1]), alld(own[2])};
        regrid_run(x, y, extent.inner, [&](int64_t) -> const Regrid& { return to; }, lows, highs,
                   seen);
      }
    }
  }
  double greatest = 0;
  for (int lane = 0; lane < kLanes / 2; lane++) {
    if (!seen.inside[lane]) return __builtin_inf();
    greatest = seen.greatest[lane] > greatest ? seen.greatest[lane] : greatest;
  }
  return greatest;
}

static double regrid_floats(const float* x, float* y, const double* numbers, double low,
                            double high, LithoExtent extent) {
  return regrid_numbers(x, y, numbers, low, high, extent);
}
static double regrid_doubles(const double* x, double* y, const double* numbers, double low,
                             double high, LithoExtent extent) {
  return regrid_numbers(x, y, numbers, low, high, extent);
}
