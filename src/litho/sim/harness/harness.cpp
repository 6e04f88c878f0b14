// Drives a model by a plan: beats into its sources, beats out of its sinks, the handshake watched.
//
// In a folder: `plan` (words and numbers), `source<i>.beats`; written: `sink<i>.beats`,
// `source<i>.cycles`, `sink<i>.cycles`, the same for taps, and `result`. A beat takes
// ceil(width / 8) bytes; a cycle is a 64-bit number, 0 the first one out of reset.
#include "harness.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace litho {
namespace {

struct Plan {
  std::string folder;
  uint64_t seed = 0, patience = 0;
  int64_t reset_at = -1;
  int64_t wave_first = 0, wave_end = 0;  // cycles that are recorded
  uint32_t source = 0, sink = 0, inner = 0;  // stalls: probability in 1/65536
  bool stalled = false;
  uint64_t waiting = 0;  // the first so many sources offer nothing until the others have no more
  std::vector<uint64_t> sources, sinks, taps;  // beats of each
};

Plan plan;

constexpr int kResetCycles = 3;
constexpr uint64_t kPeriod = 10;  // of the clock, in the units of recorded waves
constexpr uint64_t kProbeAll = 4096;  // cycles in which each is probed for rule 2
constexpr uint64_t kProbeEvery = 16;  // after those, one in so many

struct Failure {
  std::string text;
};

[[noreturn]] void fail(const std::string& text) { throw Failure{text}; }

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {  // splitmix64
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// Says in each cycle whether something is withheld: with a probability, broken by spells of up
// to 64 cycles in which nothing or everything is, so that buffers run empty and full.
class Gate {
 public:
  Gate(uint64_t seed, uint32_t probability) : random_(seed), probability_(probability) {}
  bool stalls() {
    if (!probability_) return false;
    if (left_ == 0) draw_spell();
    --left_;
    bool now = spell_ & 1;
    spell_ >>= 1;
    return now;
  }

 private:
  void draw_spell() {
    uint64_t drawn = random_.next();
    left_ = 1 + (drawn >> 32) % 64;
    uint32_t kind = (drawn >> 40) % 8;
    spell_ = kind == 0 ? 0 : kind == 1 ? ~uint64_t{0} : drawn_bits();
  }
  // Each bit is set with the probability: it is that of a random fraction to lie below it, whose
  // bits are compared for all 64 at once, from the lowest on.
  uint64_t drawn_bits() {
    uint64_t below = 0;
    for (int place = 0; place < 16; ++place) {
      uint64_t drawn = random_.next();
      below = probability_ >> place & 1 ? below | ~drawn : below & ~drawn;
    }
    return below;
  }

  Random random_;
  uint32_t probability_;
  uint64_t spell_ = 0;  // of the cycles to come, the next one lowest
  uint64_t left_ = 0;
};

std::string hex(const uint8_t* data, size_t bytes) {
  std::string text = "0x";
  char pair[3];
  for (size_t i = bytes; i-- > 0;) {
    std::snprintf(pair, sizeof pair, "%02x", data[i]);
    text += pair;
  }
  return text;
}

std::vector<uint8_t> read_file(const std::string& name, size_t bytes) {
  std::vector<uint8_t> data(bytes);
  std::ifstream file(plan.folder + "/" + name, std::ios::binary);
  file.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(bytes));
  if (!file || file.gcount() != static_cast<std::streamsize>(bytes)) {
    std::fprintf(stderr, "Error: %s must hold %zu bytes\n", name.c_str(), bytes);
    std::exit(2);
  }
  return data;
}

template <typename T>
void write_file(const std::string& name, const std::vector<T>& data) {
  std::ofstream file(plan.folder + "/" + name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(data.data()),
             static_cast<std::streamsize>(data.size() * sizeof(T)));
  file.close();
  if (!file) {
    std::fprintf(stderr, "Error: %s cannot be written\n", name.c_str());
    std::exit(2);
  }
}

class Source {
 public:
  Source(const Port& port, uint64_t beats, size_t index)
      : port_(port),
        beats_(beats),
        bytes_((port.width + 7) / 8),
        data_(read_file("source" + std::to_string(index) + ".beats", beats * bytes_)),
        gate_(plan.seed * 1000003 + index, plan.source),
        noise_(plan.seed * 1000033 + index) {
    cycles.reserve(beats);
  }

  void drive(bool quiet) {
    if (!offers_ && !quiet && cycles.size() < beats_ && !gate_.stalls()) {
      offers_ = true;
      std::memcpy(port_.data, &data_[cycles.size() * bytes_], bytes_);
    } else if (!offers_ && plan.stalled) {
      scribble();
    }
    *port_.valid = offers_ && !quiet;
  }
  // Before the first edge of a reset even valid may be high: nothing may be taken for it.
  void shout() {
    scribble();
    *port_.valid = 1;
  }
  bool transfer(int64_t cycle) {
    if (!offers_ || !*port_.ready) return false;
    cycles.push_back(cycle);
    offers_ = false;
    return true;
  }
  void restart() {
    cycles.clear();
    offers_ = false;
  }
  bool is_done() const { return cycles.size() == beats_; }
  std::string state() const {
    return "input '" + std::string(port_.name) + "' has had " + std::to_string(cycles.size()) +
           " of " + std::to_string(beats_) + " beats taken" +
           (offers_ ? " and waits for ready" : "");
  }

  std::vector<int64_t> cycles;

 private:
  void scribble() {  // data may be anything while valid is low
    auto* data = static_cast<uint8_t*>(port_.data);
    for (size_t i = 0; i < bytes_; ++i) data[i] = static_cast<uint8_t>(noise_.next());
    if (port_.width % 8) data[bytes_ - 1] &= static_cast<uint8_t>((1u << (port_.width % 8)) - 1);
  }

  Port port_;
  uint64_t beats_;
  size_t bytes_;
  std::vector<uint8_t> data_;
  Gate gate_;
  Random noise_;
  bool offers_ = false;
};

// A stream that comes out of the design: an output, which has a sink, or a tap, which is watched.
class Watched {
 public:
  Watched(const Port& port, uint64_t beats, const char* kind, uint64_t seed, uint32_t stalls)
      : port_(port),
        beats_(beats),
        bytes_((port.width + 7) / 8),
        kind_(kind),
        gate_(seed, stalls),
        last_(bytes_) {
    cycles.reserve(beats);
    data.reserve(beats * bytes_);
  }

  void drive() { *port_.ready = !gate_.stalls(); }

  // Nothing is offered and nothing was: the most frequent case by far where there are many taps.
  bool is_idle() const { return !(*port_.valid | held_); }

  void check(int64_t cycle, int in_reset) {
    if (in_reset > 1 && *port_.valid)
      fail(name() + " must keep valid low in reset (rule 4), and valid is high " +
           std::to_string(in_reset - 1) + " cycles after rst_ni fell, before cycle " +
           std::to_string(cycle));
    if (!held_ || in_reset > 1) return;
    if (!*port_.valid)
      fail(name() + " must hold a beat until it is taken (rule 1), and valid fell in cycle " +
           std::to_string(cycle));
    if (std::memcmp(port_.data, last_.data(), bytes_) != 0)
      fail(name() + " must hold a beat until it is taken (rule 1), and data changed from " +
           hex(last_.data(), bytes_) + " to " + hex(bytes(), bytes_) + " in cycle " +
           std::to_string(cycle));
  }

  // Rule 2: what is offered may not depend on ready in the same cycle.
  void probe(void (*eval)(), int64_t cycle) {
    uint8_t offered = *port_.valid;
    if (offered) std::memcpy(last_.data(), port_.data, bytes_);
    *port_.ready ^= 1;
    eval();
    uint8_t without = *port_.valid;
    bool same = !offered || std::memcmp(port_.data, last_.data(), bytes_) == 0;
    *port_.ready ^= 1;
    eval();
    if (offered != without)
      fail(name() + " must not let valid wait for ready (rule 2), and valid changes with ready in" +
           " cycle " + std::to_string(cycle));
    if (!same)
      fail(name() + " must hold a beat until it is taken (rule 1), and data changes with ready in" +
           " cycle " + std::to_string(cycle));
  }

  bool transfer(int64_t cycle) {
    held_ = *port_.valid && !*port_.ready;
    if (held_) std::memcpy(last_.data(), port_.data, bytes_);
    if (*port_.valid && cycles.size() == beats_)
      fail(name() + " must give " + std::to_string(beats_) + " beats, and offers one more in cycle " +
           std::to_string(cycle));
    if (!*port_.valid || !*port_.ready) return false;
    cycles.push_back(cycle);
    data.insert(data.end(), bytes(), bytes() + bytes_);
    return true;
  }
  void restart() {
    cycles.clear();
    data.clear();
    held_ = false;
  }
  bool is_done() const { return cycles.size() == beats_; }
  std::string state() const {
    return name() + " has given " + std::to_string(cycles.size()) + " of " +
           std::to_string(beats_) + " beats" + (*port_.valid ? "" : " and waits for valid");
  }

  std::vector<int64_t> cycles;
  std::vector<uint8_t> data;

 private:
  std::string name() const { return std::string(kind_) + " '" + port_.name + "'"; }
  const uint8_t* bytes() const { return static_cast<const uint8_t*>(port_.data); }

  Port port_;
  uint64_t beats_;
  size_t bytes_;
  const char* kind_;
  Gate gate_;
  std::vector<uint8_t> last_;
  bool held_ = false;
};

class Bench {
 public:
  explicit Bench(const Model& model) : model_(model) {
    for (size_t i = 0; i < model.sources.size(); ++i)
      sources_.emplace_back(model.sources[i], plan.sources.at(i), i);
    for (size_t i = 0; i < model.sinks.size(); ++i)
      sinks_.emplace_back(model.sinks[i], plan.sinks.at(i), "output", plan.seed * 1000037 + i,
                          plan.sink);
    for (size_t i = 0; i < model.taps.size(); ++i)
      taps_.emplace_back(model.taps[i], plan.taps.at(i), "tap", 0, 0);
    for (uint32_t i = 0; i < model.stall_bits; ++i)
      inner_.emplace_back(plan.seed * 1000039 + i, plan.inner);
  }

  void run() {
    reset();
    bool was_reset = false;
    while (!is_done()) {
      if (cycle_ == plan.reset_at) {
        reset();
        for (auto& source : sources_) source.restart();
        was_reset = true;
      }
      step(0);
      if (idle_ > plan.patience) hang();
    }
    if (plan.reset_at >= 0 && !was_reset)
      fail("reset_at must be a cycle of the run, which ends in cycle " + std::to_string(cycle_) +
           ", not " + std::to_string(plan.reset_at));
    cycles_ = cycle_;
    uint64_t extra = std::min(longest_ + 64, plan.patience);
    for (uint64_t i = 0; i < extra; ++i) step(0);
  }

  void save() const {
    for (size_t i = 0; i < sources_.size(); ++i)
      write_file("source" + std::to_string(i) + ".cycles", sources_[i].cycles);
    save_all("sink", sinks_);
    save_all("tap", taps_);
    std::ofstream(plan.folder + "/result") << "cycles " << cycles_ << "\n";
  }

 private:
  static void save_all(const std::string& kind, const std::vector<Watched>& streams) {
    for (size_t i = 0; i < streams.size(); ++i) {
      write_file(kind + std::to_string(i) + ".beats", streams[i].data);
      write_file(kind + std::to_string(i) + ".cycles", streams[i].cycles);
    }
  }

  bool is_done() const {
    auto done = [](const auto& stream) { return stream.is_done(); };
    return std::all_of(sources_.begin(), sources_.end(), done) &&
           std::all_of(sinks_.begin(), sinks_.end(), done) &&
           std::all_of(taps_.begin(), taps_.end(), done);
  }

  // What is sent once after reset comes from the sources behind those that wait for it.
  bool has_loaded() const {
    return std::all_of(sources_.begin() + static_cast<std::ptrdiff_t>(plan.waiting), sources_.end(),
                       [](const auto& source) { return source.is_done(); });
  }

  [[noreturn]] void hang() const {
    bool is_fed = std::all_of(sources_.begin(), sources_.end(),
                              [](const auto& source) { return source.is_done(); });
    std::string text =
        is_fed ? "the design must give every beat, and some are missing: its inputs were all taken; "
                 "look for a ready that is high while the register behind it is full ("
               : "the design must go on (";
    text += "no beat moved for " + std::to_string(plan.patience) + " cycles up to cycle " +
            std::to_string(cycle_) + ")";
    for (const auto& stream : sources_) text += "; " + stream.state();
    for (const auto& stream : sinks_) text += "; " + stream.state();
    for (const auto& stream : taps_) text += "; " + stream.state();
    fail(text);
  }

  // In the first cycle of a reset the streams still offer what they did; nothing is transferred.
  void reset() {
    *model_.reset_n = 0;
    for (int n = 1; n <= kResetCycles; ++n) step(n);
    *model_.reset_n = 1;
    for (auto& stream : sinks_) stream.restart();
    for (auto& stream : taps_) stream.restart();
    idle_ = 0;
  }

  void step(int in_reset) {
    bool quiet = in_reset > 1 || (in_reset == 1 && cycle_ == 0);
    bool is_loaded = plan.waiting == 0 || has_loaded();
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (in_reset == 1 && cycle_ == 0) sources_[i].shout();
      else sources_[i].drive(quiet || (i < plan.waiting && !is_loaded));
    }
    for (auto& sink : sinks_) sink.drive();
    drive_inner();
    *model_.clock = 0;
    model_.eval();
    record(0);
    watch(in_reset, quiet);
    *model_.clock = 1;
    model_.eval();
    record(kPeriod / 2);
    time_ += kPeriod;
    if (!in_reset) ++cycle_;
  }

  // A cycle as waves show it: the clock falls, inputs change and settle, the clock rises.
  void record(uint64_t after) {
    if (!model_.record || cycle_ < plan.wave_first || cycle_ >= plan.wave_end) return;
    model_.record(time_ + after);
  }

  void watch(int in_reset, bool quiet) {
    if (cycle_ == 0 && in_reset == 1) return;  // before the first edge anything may stand there
    for (auto& sink : sinks_) sink.check(cycle_, in_reset);
    bool moved = false;
    for (auto& tap : taps_) {
      if (tap.is_idle()) continue;
      tap.check(cycle_, in_reset);
      if (!in_reset && !quiet) moved |= tap.transfer(cycle_);
    }
    if (in_reset || quiet) return;
    auto now = static_cast<uint64_t>(cycle_);
    if (now < kProbeAll || now % kProbeEvery == 0)
      for (auto& sink : sinks_) sink.probe(model_.eval, cycle_);
    for (auto& source : sources_) moved |= source.transfer(cycle_);
    for (auto& sink : sinks_) moved |= sink.transfer(cycle_);
    idle_ = moved ? 0 : idle_ + 1;
    longest_ = std::max(longest_, idle_);
  }

  void drive_inner() {
    if (!model_.stall) return;
    auto* bits = static_cast<uint8_t*>(model_.stall);
    for (uint32_t i = 0; i < model_.stall_bits; ++i) {
      uint8_t mask = static_cast<uint8_t>(1u << (i % 8));
      bits[i / 8] = static_cast<uint8_t>((bits[i / 8] & ~mask) | (inner_[i].stalls() ? mask : 0));
    }
  }

  const Model& model_;
  std::vector<Source> sources_;
  std::vector<Watched> sinks_, taps_;
  std::vector<Gate> inner_;
  int64_t cycle_ = 0, cycles_ = 0;
  uint64_t idle_ = 0, longest_ = 0, time_ = 0;
};

}  // namespace

uint64_t read_plan(const char* folder) {
  plan.folder = folder;
  std::ifstream file(plan.folder + "/plan");
  std::string word;
  int64_t number = 0;
  while (file >> word >> number) {
    auto value = static_cast<uint64_t>(number);
    if (word == "seed") plan.seed = value;
    else if (word == "patience") plan.patience = value;
    else if (word == "reset_at") plan.reset_at = number;
    else if (word == "wave_first") plan.wave_first = number;
    else if (word == "wave_end") plan.wave_end = number;
    else if (word == "stalled") plan.stalled = number != 0;
    else if (word == "waiting") plan.waiting = value;
    else if (word == "stall_source") plan.source = static_cast<uint32_t>(value);
    else if (word == "stall_sink") plan.sink = static_cast<uint32_t>(value);
    else if (word == "stall_inner") plan.inner = static_cast<uint32_t>(value);
    else if (word == "source") plan.sources.push_back(value);
    else if (word == "sink") plan.sinks.push_back(value);
    else if (word == "tap") plan.taps.push_back(value);
    else {
      std::fprintf(stderr, "Error: the plan has an unknown word %s\n", word.c_str());
      std::exit(2);
    }
  }
  return plan.seed;
}

int run(const Model& model) {
  try {
    Bench bench(model);
    bench.run();
    bench.save();
    return 0;
  } catch (const Failure& failure) {
    std::ofstream(plan.folder + "/result") << "failure " << failure.text << "\n";
    return 1;
  }
}

}  // namespace litho

// What the runtime library calls for $fatal, $stop and its own errors. The message of $fatal is
// printed before; a core dump in the design folder would help nobody.
void vl_stop(const char* file, int line, const char*) {
  std::fprintf(stdout, "Error: %s:%d stopped the simulation\n", file, line);
  std::fflush(stdout);
  std::_Exit(3);
}

void vl_fatal(const char* file, int line, const char*, const char* message) {
  std::fprintf(stdout, "Error: %s:%d: %s\n", file, line, message);
  std::fflush(stdout);
  std::_Exit(3);
}
