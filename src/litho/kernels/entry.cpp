// The functions that Python calls; each chooses the loops for this processor.
//
// A result of 1 says that x held NaN or infinity, and that y means nothing.
#include <math.h>

#include <vector>

#include "arithmetic.h"
#include "kernels.h"

// The loops in use, from the slowest: 0 portable, 1 AVX2, 2 AVX-512.
static int32_t level_of_processor() {
  return litho_avx512_loops() ? 2 : litho_avx2_loops() ? 1 : 0;
}

static int32_t limit = 2;

static int32_t level() {
  static const int32_t most = level_of_processor();
  return most < limit ? most : limit;
}

static const LithoLoops& loops() {
  switch (level()) {
    case 2: return *litho_avx512_loops();
    case 1: return *litho_avx2_loops();
    default: return *litho_portable_loops();
  }
}

// Bounds of channels, spread to the elements of [channels][inner].
struct Bounds {
  std::vector<float> lows, highs;
  Bounds(const float* low, const float* high, LithoExtent extent) {
    for (int64_t at = 0; at < extent.channels * extent.inner; at++) {
      lows.push_back(low[at / extent.inner]), highs.push_back(high[at / extent.inner]);
    }
  }
};

// Runs shorter than these are taken row by row: [channels][inner] at once.
static bool is_narrow(LithoExtent extent) { return extent.channels > 1 && extent.inner < 16; }

static double halved(double* own) {
  for (int half = kSums / 2; half; half /= 2) {
    for (int k = 0; k < half; k++) own[k] += own[k + half];
  }
  return own[0];
}

// The sum of all terms of each channel: kSums partial sums in the order of their runs, then halves
// added to halves. `round` gives the rounded values of a stretch of x, of which each run belongs
// to the next channel.
template <typename Round>
static int32_t sum_narrow(const float* x, const float* gradient, double* totals,
                          const Bounds& bounds, LithoExtent extent, Round round) {
  const int64_t row = extent.channels * extent.inner, rows = 1 + (1 << 16) / row;
  std::vector<float> y((size_t)(rows * row));
  std::vector<double> sums((size_t)row);
  int32_t is_bad = 0;
  for (int64_t first = 0; first < extent.outer; first += rows) {
    const int64_t count = extent.outer - first < rows ? extent.outer - first : rows;
    is_bad |= round(0, x, y.data(), LithoExtent{count, extent.channels, extent.inner});
    for (int64_t o = 0; o < count; o++, x += row, gradient += row) {
      loops().add_lanes(x, y.data() + o * row, gradient, sums.data(), row, bounds.lows.data(),
                        bounds.highs.data());
    }
  }
  for (int64_t c = 0; c < extent.channels; c++) {
    double own[kSums] = {};
    for (int64_t k = 0; k < extent.inner; k++) own[k] = sums[(size_t)(c * extent.inner + k)];
    totals[c] = halved(own);
  }
  return is_bad;
}

template <typename Round>
static int32_t sum_terms(const float* x, const float* gradient, double* totals, const float* lows,
                         const float* highs, LithoExtent extent, Round round) {
  if (is_narrow(extent)) {
    return sum_narrow(x, gradient, totals, Bounds(lows, highs, extent), extent, round);
  }
  const int64_t kStretch = 32 * kSums;
  std::vector<double> sums((size_t)(extent.channels * kSums));
  int32_t is_bad = 0;
  for (int64_t o = 0; o < extent.outer; o++) {
    for (int64_t c = 0; c < extent.channels; c++) {
      for (int64_t at = 0; at < extent.inner; at += kStretch) {
        float y[kStretch];
        int64_t count = extent.inner - at < kStretch ? extent.inner - at : kStretch;
        is_bad |= round(c, x, y, LithoExtent{1, 1, count});
        loops().add_terms(x, y, gradient, &sums[(size_t)(c * kSums)], count, lows[c], highs[c]);
        x += count, gradient += count;
      }
    }
  }
  for (int64_t c = 0; c < extent.channels; c++) totals[c] = halved(&sums[(size_t)(c * kSums)]);
  return is_bad;
}

static bool is_exact_limit(int64_t limit) { return -(1LL << 50) <= limit && limit <= 1LL << 50; }

static int64_t limited_shift(int64_t shift) { return shift < -62 ? -62 : shift > 62 ? 62 : shift; }

extern "C" {

int32_t litho_abi() { return 9; }

int32_t litho_level() { return level(); }

void litho_limit_level(int32_t most) { limit = most; }

// x[outer][channels][inner], one set of parameters for each channel.
int32_t litho_step(int32_t kind, const float* x, float* y, const LithoParameters* parameters,
                   int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  return loops().run_step(kind, x, y, parameters, {outer, channels, inner});
}

int32_t litho_table(const float* x, float* y, const float* thresholds, const float* values,
                    int32_t entries, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  return loops().run_table(x, y, thresholds, values, entries, {outer, channels, inner});
}

int32_t litho_block(const float* x, float* y, const LithoBlock* block) {
  Arithmetic arithmetic;
  return loops().run_block(x, y, *block);
}

void litho_inside(const float* x, const float* gradient, float* y, const float* lows,
                  const float* highs, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  const LithoExtent extent = {outer, channels, inner};
  if (is_narrow(extent)) {
    const Bounds bounds(lows, highs, extent);
    const int64_t row = channels * inner;
    for (int64_t o = 0; o < outer; o++, x += row, y += row, gradient += row) {
      loops().pass_lanes(x, gradient, y, row, bounds.lows.data(), bounds.highs.data());
    }
    return;
  }
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t c = 0; c < channels; c++, x += inner, y += inner, gradient += inner) {
      loops().pass_inside(x, gradient, y, inner, lows[c], highs[c]);
    }
  }
}

void litho_inside_groups(const float* x, const float* gradient, float* y,
                         const LithoBlock* block) {
  Arithmetic arithmetic;
  loops().pass_groups(x, gradient, y, *block);
}

int32_t litho_step_scale(int32_t kind, const float* x, const float* gradient, double* totals,
                         const LithoParameters* parameters, const float* lows, const float* highs,
                         int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  return sum_terms(x, gradient, totals, lows, highs, {outer, channels, inner},
                   [&](int64_t c, const float* from, float* y, LithoExtent extent) {
                     return loops().run_step(kind, from, y, parameters + c, extent);
                   });
}

int32_t litho_table_scale(const float* x, const float* gradient, double* totals,
                          const float* thresholds, const float* values, int32_t entries,
                          const float* lows, const float* highs, int64_t outer, int64_t channels,
                          int64_t inner) {
  Arithmetic arithmetic;
  return sum_terms(x, gradient, totals, lows, highs, {outer, channels, inner},
                   [&](int64_t c, const float* from, float* y, LithoExtent extent) {
                     return loops().run_table(from, y, thresholds + c * (entries - 1),
                                              values + c * entries, entries, extent);
                   });
}

// codes[outer][channels][inner], a multiplier and a shift for each channel. `ends` becomes the
// least and the greatest code.
void litho_requantize(int32_t rounding, const int64_t* codes, int64_t* found,
                      const int64_t* multipliers, const int64_t* shifts, int64_t low, int64_t high,
                      int64_t* ends, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  const LithoExtent extent = {outer, channels, inner};
  if (!rounding && is_exact_limit(low) && is_exact_limit(high)) {
    std::vector<double> ratios;
    double most = 0, seen[2];
    for (int64_t c = 0; c < channels; c++) {
      const double multiplier = (double)multipliers[c];
      most = multiplier > most ? multiplier : most;
      ratios.push_back(ldexp(multiplier, -(int)limited_shift(shifts[c])));
    }
    const bool is_near = loops().round_integers(codes, found, ratios.data(), (double)low,
                                                (double)high, seen, extent);
    const double greatest = -seen[0] > seen[1] ? -seen[0] : seen[1];
    if (is_near && greatest * most < 0x1p53) {
      ends[0] = (int64_t)seen[0], ends[1] = (int64_t)seen[1];
      return;
    }
  }
  litho_round_words(rounding, codes, found, multipliers, shifts, low, high, ends, extent);
}

// Numbers that are multiples of a step become multiples of a unit (integers.h); `numbers` are step,
// ratio and unit of each channel. Gives the greatest magnitude of a code, infinity for none.
double litho_regrid(int32_t is_double, const void* x, void* y, const double* numbers, double low,
                    double high, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  const LithoExtent extent = {outer, channels, inner};
  if (is_double) {
    return loops().regrid_doubles((const double*)x, (double*)y, numbers, low, high, extent);
  }
  return loops().regrid_floats((const float*)x, (float*)y, numbers, low, high, extent);
}

}  // extern "C"
