#include "tools/gpu_check/findings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace assay::gpu_check {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (code < 0x20) {
      std::array<char, 8> escaped{};
      static_cast<void>(std::snprintf(escaped.data(), escaped.size(), "\\u%04x", code));
      result += escaped.data();
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string json_number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) {
    return "null";
  }
  std::array<char, 40> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.9g", *value));
  return text.data();
}

/// Members of the row for the percentile, which a row of no latencies does not have.
std::string tail_json(const Row& row) {
  if (!row.tail) {
    return {};
  }
  const std::string name = ", \"p" + number_text(100.0 * row.tail->share);
  return name + "\": " + json_number(row.tail->value) + name + "_lower_95\": " + json_number(row.tail->lower) + name +
         "_upper_95\": " + json_number(row.tail->upper) +
         ", \"effective_samples\": " + json_number(row.tail->effective_count);
}

constexpr const char* kBeyond = "beyond what was waited for";  // a latency of a query that was never answered

std::string bound_text(double value) { return std::isfinite(value) ? number_text(value) : kBeyond; }

/// " [0.9, 1.1]", or why there is none.
std::string interval_text(const std::optional<double>& lower, const std::optional<double>& upper,
                          const std::string& reason) {
  return lower ? " [" + bound_text(*lower) + ", " + bound_text(*upper) + "]" : " (no interval: " + reason + ")";
}

std::string value_text(const Row& row) {
  if (!row.value) {
    // A row of a check alone has no unit: what it found stands in the place of the value.
    const bool is_check = row.unit.empty() && !row.output.empty();
    return !is_check ? "not available" : row.is_wrong() ? "not right" : row.output;
  }
  const Spread& spread = *row.value;
  if (!std::isfinite(spread.median)) {
    return kBeyond;
  }
  return number_text(spread.median) + " " + row.unit +
         interval_text(spread.lower, spread.upper,
                       spread.no_interval.empty() ? std::to_string(spread.count) + " samples" : spread.no_interval);
}

std::string row_text(const Row& row) {
  std::array<char, 512> line{};
  static_cast<void>(std::snprintf(line.data(), line.size(), "%-10s %-34s %-44s", row.part.c_str(), row.name.c_str(),
                                  value_text(row).c_str()));
  std::string text = line.data();
  if (row.tail) {
    const TailMark& tail = *row.tail;
    text += " p" + number_text(100.0 * tail.share) + " ";
    text += std::isfinite(tail.value)
                ? number_text(tail.value) + " " + row.unit + interval_text(tail.lower, tail.upper, tail.no_interval)
                : kBeyond;
  }
  if (row.share) {
    static_cast<void>(std::snprintf(line.data(), line.size(), " %5.3f of %s", *row.share, row.reference_name.c_str()));
    text += line.data();
  }
  if (row.sm_clock_hz) {
    static_cast<void>(std::snprintf(line.data(), line.size(), "  %.0f MHz", 1e-6 * *row.sm_clock_hz));
    text += line.data();
  }
  if (row.target) {
    text += "  " + row.target->text + ": " + row.verdict();
  }
  if (row.is_wrong()) {
    text += "  OUTPUT " + row.output;
  }
  return row.note.empty() ? text : text + "  (" + row.note + ")";
}

}  // namespace

std::string number_text(double value) {
  std::array<char, 40> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.4g", value));
  return text.data();
}

Spread spread_of(std::vector<double> values) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) {
    return spread;
  }
  std::sort(values.begin(), values.end());
  spread.least = values.front();
  spread.most = values.back();
  const std::size_t n = values.size();
  spread.median = n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
  // The widest pair of ranks k, n-1-k with at most 2.5 % on each side.
  std::optional<std::size_t> rank;
  for (std::size_t k = 0; 2 * k + 1 < n && binomial_at_most(k, n, 0.5) <= 0.025; ++k) {
    rank = k;
  }
  if (rank) {
    spread.lower = values[*rank];
    spread.upper = values[n - 1 - *rank];
  }
  return spread;
}

std::string Row::verdict() const {
  if (!target) {
    return {};
  }
  if (is_wrong()) {
    return "missed: the output is wrong";
  }
  if (!share) {
    return "cannot be said: " + (note.empty() ? std::string("nothing to hold it against") : note);
  }
  const bool met = target->at_most ? *share <= target->share : *share >= target->share;
  return met ? "met" : "missed";
}

void Findings::note(const std::string& name, const std::string& text) {
  std::printf("%-28s %s\n", name.c_str(), text.c_str());
  static_cast<void>(std::fflush(stdout));
  notes.push_back({name, text});
}

void Findings::add(Row row) {
  if (row.value && row.reference && *row.reference > 0.0) {
    row.share = row.value->median / *row.reference;
  }
  std::printf("%s\n", row_text(row).c_str());
  static_cast<void>(std::fflush(stdout));
  rows.push_back(std::move(row));
}

bool has_wrong_output(const Findings& findings) { return std::ranges::any_of(findings.rows, &Row::is_wrong); }

std::string table_text(const Findings& findings) {
  std::string text = "==== table ====\n";
  for (const Row& row : findings.rows) {
    text += row_text(row) + "\n";
  }
  std::size_t met = 0;
  std::size_t missed = 0;
  std::size_t unknown = 0;
  std::size_t wrong = 0;
  for (const Row& row : findings.rows) {
    wrong += row.is_wrong() ? 1U : 0U;
    if (row.target) {
      const std::string verdict = row.verdict();
      (verdict == "met" ? met : verdict.starts_with("missed") ? missed : unknown) += 1;
    }
  }
  return text + "targets: " + std::to_string(met) + " met, " + std::to_string(missed) + " missed, " +
         std::to_string(unknown) + " cannot be said; wrong outputs: " + std::to_string(wrong) + "\n";
}

std::string json_text(const Findings& findings) {
  std::string text = "{\n  \"schema\": \"assay/gpu-check/1\",\n  \"notes\": {";
  for (std::size_t i = 0; i < findings.notes.size(); ++i) {
    text += (i == 0 ? "\n    " : ",\n    ") + quoted(findings.notes[i].name) + ": " + quoted(findings.notes[i].text);
  }
  text += "\n  },\n  \"rows\": [";
  for (std::size_t i = 0; i < findings.rows.size(); ++i) {
    const Row& row = findings.rows[i];
    const Spread spread = row.value.value_or(Spread{});
    const auto when = [&](double value) { return row.value ? std::optional(value) : std::nullopt; };
    text += (i == 0 ? "\n    {" : ",\n    {") + std::string("\"part\": ") + quoted(row.part) +
            ", \"name\": " + quoted(row.name) + ", \"unit\": " + quoted(row.unit) +
            ", \"median\": " + json_number(when(spread.median)) +
            ", \"median_lower_95\": " + json_number(spread.lower) +
            ", \"median_upper_95\": " + json_number(spread.upper) + ", \"least\": " + json_number(when(spread.least)) +
            ", \"most\": " + json_number(when(spread.most)) + ", \"samples\": " + std::to_string(spread.count) +
            tail_json(row) + ", \"reference\": " + json_number(row.reference) +
            ", \"reference_name\": " + quoted(row.reference_name) + ", \"share\": " + json_number(row.share) +
            ", \"sm_clock_hz\": " + json_number(row.sm_clock_hz) +
            ", \"target\": " + quoted(row.target ? row.target->text : "") + ", \"verdict\": " + quoted(row.verdict()) +
            ", \"output\": " + quoted(row.output) + ", \"note\": " + quoted(row.note) + "}";
  }
  return text + "\n  ]\n}\n";
}

}  // namespace assay::gpu_check
