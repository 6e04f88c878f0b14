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
