// Rounding of each value by itself, by a step of steps.h or by a table; included by loops.h.

// Zeros, until a value that is not finite turns a lane into NaN; four, for a sum takes four cycles.
struct Seen {
  Floats of[4] = {};
  inline int32_t not_finite() const { return is_not_finite(of[0] + of[1] + of[2] + of[3]); }
};

template <typename Step>
static void run_row(const float* x, float* y, int64_t count, const Step& step, Seen& all) {
  Floats even = all.of[0], odd = all.of[1], third = all.of[2], fourth = all.of[3];
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
  all.of[0] = even, all.of[1] = odd, all.of[2] = third, all.of[3] = fourth;
}

// Memory for `count` records of vectors, until the end of the block.
template <typename Record>
struct Scratch {
  Record* records;
  explicit Scratch(int64_t count)
      : records(static_cast<Record*>(
            ::operator new((size_t)count * sizeof(Record), std::align_val_t(LITHO_BYTES)))) {}
  ~Scratch() { ::operator delete(records, std::align_val_t(LITHO_BYTES)); }
  Scratch(const Scratch&) = delete;
};

static inline bool is_narrow(LithoExtent extent) {
  return extent.inner < kLanes && extent.channels > 1;
}

// Runs of fewer elements than lanes: a step for each of the vectors that make [channels][inner],
// taken over `kRows` rows of `outer` before the next; few, for rows often fall on the same lines of
// the cache.
template <typename Step>
static int32_t run_narrow(const float* x, float* y, const LithoParameters* p, LithoExtent extent) {
  const int64_t kRows = 4, row = extent.channels * extent.inner;
  const int64_t vectors = (row + kLanes - 1) / kLanes;
  Scratch<Step> steps(vectors);
  for (int64_t k = 0; k < vectors; k++) {
    new (steps.records + k) Step(Each(p, extent, k * kLanes));
  }
  Floats even = {};
  for (int64_t first = 0; first < extent.outer; first += kRows) {
    const int64_t last = first + kRows < extent.outer ? first + kRows : extent.outer;
    for (int64_t at = 0; at < row; at += kLanes) {
      const Step& step = steps.records[at / kLanes];
      const int64_t count = row - at < kLanes ? row - at : kLanes;
      for (int64_t o = first; o < last; o++) {
        const float* from = x + o * row + at;
        Floats lanes = count < kLanes ? load_some(from, count) : load(from);
        even = seen(even, lanes);
        if (count < kLanes) {
          store_some(y + o * row + at, step(lanes), count);
        } else {
          store(y + o * row + at, step(lanes));
        }
      }
    }
  }
  return is_not_finite(even);
}

template <typename Step>
static int32_t run_rows(const float* x, float* y, const LithoParameters* p, LithoExtent extent) {
  Seen all;
  for (int64_t o = 0; o < extent.outer; o++) {
    for (int64_t c = 0; c < extent.channels; c++, x += extent.inner, y += extent.inner) {
      run_row(x, y, extent.inner, Step(Same{p[c]}), all);
    }
  }
  return all.not_finite();
}

template <typename Step>
static int32_t run(const float* x, float* y, const LithoParameters* p, LithoExtent extent) {
  if (is_narrow(extent)) return run_narrow<Step>(x, y, p, extent);
  return run_rows<Step>(x, y, p, extent);
}

// Entries of a table: y is the last value whose threshold lies below x. Thresholds are the
// greatest float32 that still belongs to the entry before, so that ties need no care. `Entries`
// gives the threshold before an entry, and its value.
template <typename Entries>
static inline void look_up(const Floats in[4], Floats out[4], const Entries& of, int32_t entries) {
  Floats a = in[0], b = in[1], c = in[2], d = in[3];
  Floats p = of.value(0), q = p, r = p, s = p;
  for (int32_t entry = 1; entry < entries; entry++) {
    Floats threshold = of.threshold(entry), value = of.value(entry);
    p = choose_greater(a, threshold, value, p);
    q = choose_greater(b, threshold, value, q);
    r = choose_greater(c, threshold, value, r);
    s = choose_greater(d, threshold, value, s);
  }
  out[0] = p, out[1] = q, out[2] = r, out[3] = s;
}

struct OneTable {
  const float *thresholds, *values;
  inline Floats threshold(int32_t entry) const { return all(thresholds[entry - 1]); }
  inline Floats value(int32_t entry) const { return all(values[entry]); }
};

// A table for each lane: value, threshold, value, threshold ...
struct ManyTables {
  const Floats* both;
  inline Floats threshold(int32_t entry) const { return both[2 * entry - 1]; }
  inline Floats value(int32_t entry) const { return both[2 * entry]; }
};

static void run_table_row(const float* x, float* y, int64_t count, const OneTable& table,
                          int32_t entries, Seen& all_seen) {
  int64_t at = 0;
  for (; at + 4 * kLanes <= count; at += 4 * kLanes) {
    Floats in[4], out[4];
    for (int k = 0; k < 4; k++) {
      in[k] = load(x + at + k * kLanes);
      all_seen.of[k] = seen(all_seen.of[k], in[k]);
    }
    look_up(in, out, table, entries);
    for (int k = 0; k < 4; k++) store(y + at + k * kLanes, out[k]);
  }
  if (at < count) {
    Floats in[4] = {}, out[4];
    memcpy(in, x + at, (size_t)(count - at) * sizeof(float));
    for (int k = 0; k < 4; k++) all_seen.of[k] = seen(all_seen.of[k], in[k]);
    look_up(in, out, table, entries);
    memcpy(y + at, out, (size_t)(count - at) * sizeof(float));
  }
}

static void spread_tables(Floats* both, const float* thresholds, const float* values,
                          int32_t entries, LithoExtent extent) {
  const int64_t row = extent.channels * extent.inner, width = 2 * entries - 1;
  for (int64_t at = 0; at < (row + kLanes - 1) / kLanes * kLanes; at++) {
    const int64_t channel = at / extent.inner % extent.channels, lane = at % kLanes;
    Floats* own = both + at / kLanes * width;
    for (int32_t entry = 0; entry < entries; entry++) {
      own[2 * entry][lane] = values[channel * entries + entry];
      if (entry) own[2 * entry - 1][lane] = thresholds[channel * (entries - 1) + entry - 1];
    }
  }
}

// Runs of fewer elements than lanes, four rows of `outer` at a time.
static int32_t run_table_narrow(const float* x, float* y, const float* thresholds,
                                const float* values, int32_t entries, LithoExtent extent) {
  const int64_t row = extent.channels * extent.inner, width = 2 * entries - 1;
  Scratch<Floats> tables((row + kLanes - 1) / kLanes * width);
  spread_tables(tables.records, thresholds, values, entries, extent);
  Seen all_seen;
  for (int64_t o = 0; o < extent.outer; o += 4, x += 4 * row, y += 4 * row) {
    const int64_t rows = extent.outer - o < 4 ? extent.outer - o : 4;
    for (int64_t at = 0; at < row; at += kLanes) {
      const int64_t count = row - at < kLanes ? row - at : kLanes;
      Floats in[4] = {}, out[4];
      for (int64_t k = 0; k < rows; k++) {
        in[k] = count < kLanes ? load_some(x + k * row + at, count) : load(x + k * row + at);
        all_seen.of[k] = seen(all_seen.of[k], in[k]);
      }
      look_up(in, out, ManyTables{tables.records + at / kLanes * width}, entries);
      for (int64_t k = 0; k < rows; k++) {
        if (count < kLanes) {
          store_some(y + k * row + at, out[k], count);
        } else {
          store(y + k * row + at, out[k]);
        }
      }
    }
  }
  return all_seen.not_finite();
}

static int32_t run_table(const float* x, float* y, const float* thresholds, const float* values,
                         int32_t entries, LithoExtent extent) {
  if (is_narrow(extent)) return run_table_narrow(x, y, thresholds, values, entries, extent);
  Seen all_seen;
  for (int64_t o = 0; o < extent.outer; o++) {
    for (int64_t c = 0; c < extent.channels; c++, x += extent.inner, y += extent.inner) {
      const OneTable table = {thresholds + c * (entries - 1), values + c * entries};
      run_table_row(x, y, extent.inner, table, entries, all_seen);
    }
  }
  return all_seen.not_finite();
}

// What follows the rounding in some formats (kFinish): zeros without sign, infinity and NaN. Few
// numbers of a tensor overflow, if any: a vector without one is spared the choices.
template <typename Step, int kFinish>
struct Finished {
  Step step;
  Floats edge, infinity, nan;
  template <typename Source>
  explicit Finished(const Source& of)
      : step(of), edge(of(&P::edge)), infinity(floats(alli(of.p.special))),
        nan(floats(alli(0x7fc00000))) {}
  static __attribute__((noinline)) Floats overflown(const Finished& of, Floats x, Floats y) {
    Floats magnitude = floats(ints(x) & kMagnitude);
    Floats other = choose_past(magnitude, all(__builtin_inff()), of.nan, of.infinity);
    if (!(kFinish & kDropsSignOfZero)) other = with_sign(other, x);
    return choose_past(magnitude, of.edge, other, y);
  }
  inline Floats operator()(Floats x) const {
    Floats y = step(x);
    if (kFinish & kDropsSignOfZero) y = y + all(0.0f);
    if (!(kFinish & kOverflows)) return y;
    if (__builtin_expect(is_any_past(floats(ints(x) & kMagnitude), edge), 0)) {
      return overflown(*this, x, y);
    }
    return y;
  }
};

#define LITHO_RUN const float *x, float *y, const LithoParameters *p, LithoExtent extent

template <typename Step>
static int32_t run_finished(LITHO_RUN) {
  switch (p->finish) {
    case 0: return run<Step>(x, y, p, extent);
    case kDropsSignOfZero: return run<Finished<Step, kDropsSignOfZero>>(x, y, p, extent);
    case kOverflows: run<Finished<Step, kOverflows>>(x, y, p, extent); return 0;
    default: run<Finished<Step, kDropsSignOfZero | kOverflows>>(x, y, p, extent); return 0;
  }
}

static int32_t run_scaled(LITHO_RUN) {
  if (p->mantissa && !p->flushes) return run_finished<FloatScaled<FloatGrid>>(x, y, p, extent);
  if (p->parity) return run_finished<FloatScaled<BitGrid<false, true>>>(x, y, p, extent);
  return run_finished<FloatScaled<BitGrid<false, false>>>(x, y, p, extent);
}

static int32_t run_doubles(LITHO_RUN) {
  if (!p->mantissa) return run_finished<FloatDouble<true, false>>(x, y, p, extent);
  if (p->flushes) return run_finished<FloatDouble<false, true>>(x, y, p, extent);
  return run_finished<FloatDouble<false, false>>(x, y, p, extent);
}

static int32_t run_step(int32_t kind, LITHO_RUN) {
  switch (kind) {
    case 0: return run<FixedStep>(x, y, p, extent);
    case 1: return run<FixedScaled>(x, y, p, extent);
    case 2: return run_finished<FloatStep<FloatGrid>>(x, y, p, extent);
    case 3: return run_finished<FloatStep<BitGrid<true, false>>>(x, y, p, extent);
    case 4:
      if (p->parity) return run_finished<FloatStep<BitGrid<false, true>>>(x, y, p, extent);
      return run_finished<FloatStep<BitGrid<false, false>>>(x, y, p, extent);
    case 5: return run_scaled(x, y, p, extent);
    case 6: return run<FixedWide>(x, y, p, extent);
    case 7: return run<FixedDouble>(x, y, p, extent);
    case 8: return run_doubles(x, y, p, extent);
    case 9: return run<FixedCorrected>(x, y, p, extent);
    case 10:
      if (p->flushes) return run_finished<FloatCorrected<true>>(x, y, p, extent);
      return run_finished<FloatCorrected<false>>(x, y, p, extent);
    default:
      if (p->flushes) return run_finished<FloatFar<true>>(x, y, p, extent);
      return run_finished<FloatFar<false>>(x, y, p, extent);
  }
}
