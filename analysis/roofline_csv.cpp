#include "analysis/roofline_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace assay {
namespace {

constexpr std::array kColumns{"record",
                              "id",
                              "level",
                              "threads",
                              "dtype",
                              "isa",
                              "mix",
                              "pages",
                              "work_unit",
                              "state",
                              "work_per_byte",
                              "work_per_byte_lower",
                              "work_per_byte_upper",
                              "work_per_s",
                              "work_per_s_lower",
                              "work_per_s_upper",
                              "work_per_s_p50",
                              "work_per_s_max",
                              "bytes_per_s",
                              "bytes_per_s_lower",
                              "bytes_per_s_upper",
                              "bytes_per_s_p50",
                              "bytes_per_s_max",
                              "bus_bytes_per_s",
                              "latency_s",
                              "latency_s_lower",
                              "latency_s_upper",
                              "latency_s_p50",
                              "latency_s_min",
                              "per_cycle",
                              "clock_hz_p50",
                              "clean_samples",
                              "contaminated_samples",
                              "rounds",
                              "binding_ceiling",
                              "attainable_per_s",
                              "share_of_attainable",
                              "share_of_attainable_lower",
                              "share_of_attainable_upper",
                              "reason"};

using Row = std::map<std::string, std::string>;

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' ? "\"\"" : std::string(1, c);
  }
  return out + '"';
}

std::string cell(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.7g}", *value) : "";
}

void put_estimate(Row& row, const std::string& name, const EstimateRecord& estimate) {
  row[name] = cell(estimate.point);
  row[name + "_lower"] = cell(estimate.lower);
  row[name + "_upper"] = cell(estimate.upper);
}

std::string line(const Row& row) {
  std::string out;
  for (const char* column : kColumns) {
    const auto found = row.find(column);
    out += found == row.end() ? "" : quoted(found->second);
    out += column == kColumns.back() ? "\r\n" : ",";
  }
  return out;
}

Row ceiling_row(const RooflineSubject& subject, const Ceiling& ceiling) {
  Row row{{"record", name_of(subject.kind)},
          {"id", subject.id},
          {"level", subject.level},
          {"threads", fmt::format("{}", std::max<std::size_t>(1, subject.cpus.size()))},
          {"dtype", subject.dtype},
          {"isa", subject.isa},
          {"mix", subject.mix},
          {"pages", subject.pages},
          {"work_unit", subject.work_unit},
          {"state", name_of(ceiling.state)},
          {"work_per_byte", cell(ceiling.intensity)},
          {"per_cycle", cell(ceiling.roof_per_cycle.point)},
          {"clock_hz_p50", cell(ceiling.clock_hz)},
          {"clean_samples", fmt::format("{}", ceiling.counts.clean)},
          {"contaminated_samples", fmt::format("{}", ceiling.counts.all() - ceiling.counts.clean)},
          {"rounds", fmt::format("{}", ceiling.counts.rounds)},
          {"reason", ceiling.problem.empty() ? ceiling.roof.reason : ceiling.problem}};
  const bool latency = ceiling.unit == "s";
  const std::string name = latency ? "latency_s" : ceiling.unit == "B/s" ? "bytes_per_s" : "work_per_s";
  put_estimate(row, name, ceiling.roof);
  row[name + "_p50"] = cell(ceiling.expected.point);
  row[name + (latency ? "_min" : "_max")] = cell(ceiling.best);
  row["bus_bytes_per_s"] = ceiling.bus_roof ? cell(ceiling.bus_roof->point) : "";
  return row;
}

Row ridge_row(const RoofSet& set, const LevelRoofs& level) {
  Row row{{"record", "ridge"},           {"id", fmt::format("ridge/{}/{}/{}t", level.level, set.dtype, set.threads)},
          {"level", level.level},        {"threads", fmt::format("{}", set.threads)},
          {"dtype", set.dtype},          {"work_unit", set.work_unit},
          {"reason", level.ridge.reason}};
  put_estimate(row, "work_per_byte", level.ridge);
  return row;
}

Row dot_row(const Roofline& roofline, const PlacedDot& dot) {
  Row row{{"record", "dot"},
          {"id", dot.name},
          {"level", dot.level},
          {"threads", fmt::format("{}", dot.threads)},
          {"dtype", dot.dtype},
          {"work_unit", dot.axes.work_unit},
          {"state", dot.refused.empty() ? "placed" : "refused"},
          {"work_per_byte", cell(dot.intensity)},
          {"work_per_s_p50", cell(dot.expected.point)},
          {"binding_ceiling", dot.binding ? roofline.ceilings[*dot.binding].id : ""},
          {"attainable_per_s", cell(dot.attainable)},
          {"reason", dot.refused.empty() ? dot.share.reason : dot.refused}};
  put_estimate(row, "work_per_s", dot.achieved);
  put_estimate(row, "share_of_attainable", dot.share);
  return row;
}

}  // namespace

std::string roofline_csv(const RooflineMeasurement& measurement, const Roofline& roofline,
                         std::span<const PlacedDot> dots) {
  Row heading;
  for (const char* column : kColumns) {
    heading[column] = column;
  }
  std::string out = line(heading);
  for (const Ceiling& ceiling : roofline.ceilings) {
    const RooflineSubject& subject = measurement.subjects[ceiling.subject];
    if (subject.kind != SubjectKind::dot) {
      out += line(ceiling_row(subject, ceiling));
    }
  }
  for (const RoofSet& set : roofline.sets) {
    for (const LevelRoofs& level : set.levels) {
      out += line(ridge_row(set, level));
    }
  }
  for (const PlacedDot& dot : dots) {
    out += line(dot_row(roofline, dot));
  }
  return out;
}

}  // namespace assay
