#include "analysis/roofline_text_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

/// Columns on the screen: a byte that continues a UTF-8 character has none.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A file is untrusted: nothing in its texts ends a line or moves the cursor.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::string padded(std::string_view raw, std::size_t columns) {
  std::string text = one_line(raw);
  const std::size_t width = width_of(text);
  return width < columns ? text + std::string(columns - width, ' ') : text;
}

/// "name  roof [interval]  typical  best  per cycle  on the bus", at most 80 columns for names of up to 19.
std::string row(const std::string& name, const std::string& roof, const std::string& typical, const std::string& best,
                const std::string& per_cycle, const std::string& bus = "") {
  std::string line = fmt::format("  {} {} {} {} {} {}", padded(name, 19), padded(roof, 28), padded(typical, 7),
                                 padded(best, 6), padded(per_cycle, 6), bus);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

/// "103" of "103 Gflop/s": the column's first cell shows the unit.
std::string number_only(const std::string& text) { return text.substr(0, text.find(' ')); }

std::string per_cycle_text(const Ceiling& ceiling) {
  return ceiling.roof_per_cycle.point ? plain_number(*ceiling.roof_per_cycle.point) : "-";
}

/// Numbers of a row share the prefix of its roof, so that they can be compared at a glance.
std::string in_unit_of(double value, double reference) {
  double factor = 1.0;
  for (const double prefix : {1e3, 1e6, 1e9, 1e12, 1e15}) {
    factor = reference >= prefix ? prefix : factor;
  }
  return plain_number(value / factor);
}

std::string rate_row(const std::string& name, const Ceiling& ceiling, const TextStyle& style) {
  const double roof = *ceiling.roof.point;
  return row(name, ceiling_estimate_text(ceiling.roof, ceiling.unit, style.charset),
             in_unit_of(*ceiling.expected.point, roof), in_unit_of(*ceiling.best, roof), per_cycle_text(ceiling),
             ceiling.bus_roof ? in_unit_of(*ceiling.bus_roof->point, roof) : "");
}

std::string set_title(const RoofSet& set) { return fmt::format("{}, {}", set.dtype, threads_text(set.threads)); }

bool own_threads(const RooflineMeasurement& measurement, std::size_t i, std::size_t threads) {
  return std::max<std::size_t>(1, measurement.subjects[i].cpus.size()) == threads;
}

/// Both roofs of a ridge were to be measured, or the intensities between them were.
bool has_ridge_row(const RoofSet& set, const LevelRoofs& level) {
  return (set.asked_for && level.asked_for) || !level.points.empty();
}

/// One set for each number of threads: slopes do not depend on the data type.
std::vector<const RoofSet*> one_set_per_threads(const Roofline& roofline) {
  std::vector<const RoofSet*> sets;
  std::set<std::size_t> seen;
  for (const RoofSet& set : roofline.sets) {
    if (seen.insert(set.threads).second) {
      sets.push_back(&set);
    }
  }
  std::stable_sort(sets.begin(), sets.end(), [](const auto* a, const auto* b) { return a->threads < b->threads; });
  return sets;
}

}  // namespace

std::string wrapped_text(std::string_view first, std::string_view raw) {
  const std::string margin(width_of(first), ' ');
  const std::string clean = one_line(raw);
  std::string_view text = clean;
  std::string out = one_line(first);
  std::size_t column = margin.size();
  bool begun = false;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::size_t width = width_of(word);
    if (begun && column + 1 + width > kTextColumns) {
      out += '\n' + margin;
      column = margin.size();
      begun = false;
    }
    out += begun ? " " : "";
    out += word;
    column += width + (begun ? 1 : 0);
    begun = true;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + '\n';
}

std::string flat_table(const RooflineMeasurement& measurement, const Roofline& roofline, const TextStyle& style) {
  std::string out = "FLAT ROOFS: how fast it computes; * bounds code like a matrix product\n";
  bool any = false;
  for (const RoofSet& set : roofline.sets) {
    if (!set.asked_for) {
      continue;
    }
    any = true;
    out += row(set_title(set), "roof [95 % interval]", "typical", "best", "per cycle");
    if (!set.flat) {
      out += wrapped_text("    ", "none: " + set.reason);
      continue;
    }
    const auto add = [&](std::size_t i, const char* mark) {
      out += rate_row(fmt::format("{} {}", mark, short_title_of(measurement.subjects[i])), roofline.ceilings[i], style);
    };
    add(*set.flat, "*");
    for (const std::size_t i : set.others) {
      if (own_threads(measurement, i, set.threads)) {
        add(i, " ");
      }
    }
  }
  return any ? out : "";
}

std::string slope_table(const RooflineMeasurement& measurement, const Roofline& roofline, const TextStyle& style) {
  std::string out =
      "SLOPES: how fast it moves data, by level and mix of accesses; * is the roof;\non bus: with the lines that "
      "stores read before they overwrite them\n";
  bool any = false;
  for (const RoofSet* set : one_set_per_threads(roofline)) {
    if (std::ranges::none_of(set->levels, &LevelRoofs::asked_for)) {
      continue;
    }
    any = true;
    out += row(threads_text(set->threads), "roof [95 % interval]", "typical", "best", "B/cyc", "on bus");
    for (const LevelRoofs& level : set->levels) {
      if (!level.slope) {
        out += wrapped_text(fmt::format("  * {}: ", level.level), "none: " + level.reason);
        continue;
      }
      const auto add = [&](std::size_t i, const char* mark) {
        const RooflineSubject& subject = measurement.subjects[i];
        const Ceiling& ceiling = roofline.ceilings[i];
        out += rate_row(fmt::format("{} {} {}", mark, level.level, subject.mix), ceiling, style);
      };
      add(*level.slope, "*");
      for (const std::size_t i : level.mixes) {
        if (own_threads(measurement, i, set->threads)) {
          add(i, " ");
        }
      }
    }
  }
  return any ? out : "";
}

std::string ridge_table(const RooflineMeasurement& measurement, const Roofline& roofline, const TextStyle& /*style*/) {
  std::string out;
  for (const RoofSet& set : roofline.sets) {
    if (std::ranges::none_of(set.levels, [&](const LevelRoofs& level) { return has_ridge_row(set, level); })) {
      continue;
    }
    if (out.empty()) {
      out =
          "RIDGES: below this intensity memory is the limit, above it arithmetic;\nerror: mean distance of the dial "
          "from the round knee, and from a hard one\n";
    }
    out += fmt::format("  {} {} {}\n", padded(set_title(set), 16), padded(set.work_unit + "/byte [95 %]", 22),
                       "p of the round knee [95 %]");
    for (const LevelRoofs& level : set.levels) {
      if (!has_ridge_row(set, level)) {
        continue;
      }
      // Without both roofs the dial alone says where its own knee is.
      const EstimateRecord& ridge = level.ridge.point || !level.knee ? level.ridge : level.knee->ridge;
      if (!ridge.point) {
        out += wrapped_text(fmt::format("    {} ", padded(level.level, 15)),
                            "none: " + (level.points.empty() ? ridge.reason : level.knee_reason));
        continue;
      }
      std::string knee = level.points.empty() ? "-" : level.knee_reason;
      if (level.knee) {
        knee = fmt::format("{} error {:.1f} %, hard {:.1f} %", padded(plain_estimate_text(level.knee->p, ""), 20),
                           100.0 * level.knee->log_error_round, 100.0 * level.knee->log_error_hard);
      }
      out += wrapped_text(fmt::format("    {} {} ", padded(level.level, 5), padded(plain_estimate_text(ridge, ""), 23)),
                          knee);
    }
  }
  out += "CAPACITY: of each level, as the machine reports it and as a sweep found it\n";
  for (const MemoryLevel& level : measurement.levels) {
    const auto size = [](const std::optional<std::uint64_t>& bytes) {
      return bytes ? format_bytes(*bytes) : "unknown";
    };
    out += wrapped_text(fmt::format("    {} reported {} measured {} ", padded(level.name, 7),
                                    padded(size(level.reported_bytes), 9), padded(size(level.measured_bytes), 9)),
                        level.note);
  }
  return out;
}

std::string latency_table(const RooflineMeasurement& measurement, const Roofline& roofline, const TextStyle& style) {
  std::string out;
  for (const Ceiling& ceiling : roofline.ceilings) {
    const RooflineSubject& subject = measurement.subjects[ceiling.subject];
    if (subject.kind != SubjectKind::latency || !ceiling.usable()) {
      continue;
    }
    if (out.empty()) {
      out = "LATENCY: how long one access waits for the one before\n" +
            row("level, pattern", "0.05-quantile [95 %]", "typical", "best", "cycles");
    }
    const std::string pages = subject.pages.empty() ? "" : ", " + subject.pages;
    out += row(fmt::format("  {} {}{}", subject.level, subject.mix, pages),
               format_duration_estimate(ceiling.roof, style.charset),
               number_only(format_duration(*ceiling.expected.point, style.charset)),
               number_only(format_duration(*ceiling.best, style.charset)),
               ceiling.expected_per_cycle.point ? plain_number(*ceiling.expected_per_cycle.point) : "-");
    if (ceiling.injected_bytes_per_s) {
      out += fmt::format("      while other threads moved {}\n", format_bandwidth(*ceiling.injected_bytes_per_s));
    }
  }
  return out;
}

std::string dot_list(std::span<const PlacedDot> dots, const TextStyle& style) {
  std::string out;
  char letter = 'A';
  for (const PlacedDot& dot : dots) {
    if (!dot.layer.empty()) {
      continue;
    }
    if (out.empty()) {
      out = "DOTS: real work under the roofs\n";
    }
    const bool placed = dot.refused.empty();
    const std::string mark(1, placed ? letter : '-');
    out += wrapped_text(fmt::format("  {} ", mark), dot.name);
    if (!placed) {
      out += wrapped_text("    ", "not placed: " + dot.refused);
      continue;
    }
    letter = static_cast<char>(letter == 'Z' ? 'a' : letter + 1);
    out += wrapped_text(
        "    ",
        fmt::format(
            "{} at {} {}/byte ({})", ceiling_estimate_text(dot.achieved, dot.axes.work_unit + "/s", style.charset),
            plain_number(*dot.intensity), dot.axes.work_unit,
            dot.axes.bytes_source == FiguresSource::measured ? "bytes from " + dot.level : dot.level + " working set"));
    out += wrapped_text("    ", dot.sentence);
    for (const std::string& note : dot.notes) {
      out += wrapped_text("    note: ", note);
    }
  }
  return out;
}

std::string missing_list(const RooflineMeasurement& measurement, const Roofline& roofline) {
  std::string out;
  for (const Ceiling& ceiling : roofline.ceilings) {
    if (!ceiling.usable() && measurement.subjects[ceiling.subject].kind != SubjectKind::dot) {
      out += wrapped_text("    ", fmt::format("{}: {}", ceiling.id, ceiling.problem));
    }
  }
  return out.empty() ? out : "NOT USED, and why\n" + out;
}

}  // namespace assay
