// What the builds of the loops share; litho.kernels.library mirrors the two records.
#pragma once

#include <stdint.h>

struct LithoParameters {
  float up, down, low, high, half;
  int32_t mantissa, least, parity;
  float edge;                       // the greatest magnitude that does not overflow
  int32_t special, finish, flushes;  // bits of what overflows become; kDropsSignOfZero, kOverflows
  double wide_up, wide_down, wide_low, wide_high;
  float fine;    // what the reciprocal `up` lacks
  float lowest;  // the least magnitude, besides zero, that FloatFar takes in float32
};

enum { kDropsSignOfZero = 1, kOverflows = 2 };

// Lengths of an array [outer][channels][inner], with a scale for each channel.
struct LithoExtent {
  int64_t outer, channels, inner;
};

struct LithoBlock {
  int64_t rows, row, group;
  LithoParameters element;
  float edge, bound;
  int32_t most, carries, is_integer;
};

// Partial sums of the gradient of a scale: element i of a run adds to sum i % kSums of its channel.
enum { kSums = 32 };

// Numbers of a channel that moves to another grid: step, ratio, unit.
enum { kRegrid = 3 };

struct LithoLoops {
  int32_t (*run_step)(int32_t, const float*, float*, const LithoParameters*, LithoExtent);
  int32_t (*run_table)(const float*, float*, const float*, const float*, int32_t, LithoExtent);
  int32_t (*run_block)(const float*, float*, const LithoBlock&);
  void (*pass_inside)(const float*, const float*, float*, int64_t, float, float);
  void (*pass_groups)(const float*, const float*, float*, const LithoBlock&);
  void (*add_terms)(const float*, const float*, const float*, double*, int64_t, float, float);
  void (*pass_lanes)(const float*, const float*, float*, int64_t, const float*, const float*);
  void (*add_lanes)(const float*, const float*, const float*, double*, int64_t, const float*,
                    const float*);
  bool (*round_integers)(const int64_t*, int64_t*, const double*, double, double, double*,
                         LithoExtent);
  double (*regrid_floats)(const float*, float*, const double*, double, double, LithoExtent);
  double (*regrid_doubles)(const double*, double*, const double*, double, double, LithoExtent);
};

const LithoLoops* litho_portable_loops();
// Null where this build or this processor has none.
const LithoLoops* litho_avx2_loops();
const LithoLoops* litho_avx512_loops();

// Integers of any size: integers.cpp.
void litho_round_words(int32_t rounding, const int64_t* codes, int64_t* found,
                       const int64_t* multipliers, const int64_t* shifts, int64_t low,
                       int64_t high, int64_t* ends, LithoExtent extent);
