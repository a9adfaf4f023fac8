#include "lab/events.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "analysis/json_values.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/system_limits.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Event::Kind, std::string_view>, 5> kNames{{{Event::Kind::phase, "phase"},
                                                                          {Event::Kind::progress, "progress"},
                                                                          {Event::Kind::warning, "warning"},
                                                                          {Event::Kind::result, "result"},
                                                                          {Event::Kind::error, "error"}}};

std::string_view name_of(Event::Kind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) {
      return name;
    }
  }
  return "";
}

Event::Kind kind_from(const std::string& name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) {
      return kind;
    }
  }
  throw std::runtime_error(fmt::format("event: unknown kind '{}'", printable(name, 60)));
}

Json doses_json(const std::vector<DoseRecord>& doses) {
  Json list = Json::array();
  for (const DoseRecord& dose : doses) {
    list.push_back({{"knob", dose.knob},
                    {"unit", dose.unit},
                    {"requested", json_number(dose.requested)},  // null: all that it gets
                    {"achieved", json_number(dose.achieved)}});
  }
  return list;
}

/// get() of a number with a fraction or a sign, or of one beyond the type, is no conversion that C++ defines.
std::uint64_t count_from(const Json& value) {
  if (!value.is_number_unsigned()) {
    throw std::runtime_error("event: a count must be a whole number");
  }
  return value.get<std::uint64_t>();
}

int exit_code_from(const Json& value) {
  const std::uint64_t code = count_from(value);
  constexpr std::uint64_t kLargest = 255;
  if (code > kLargest) {
    throw std::runtime_error("event: an exit code must be at most 255");
  }
  return static_cast<int>(code);
}

std::vector<DoseRecord> doses_from(const Json& list) {
  std::vector<DoseRecord> doses;
  for (const Json& entry : list) {
    DoseRecord dose;
    dose.knob = entry.at("knob").get<std::string>();
    dose.unit = entry.at("unit").get<std::string>();
    const Json& requested = entry.at("requested");
    dose.requested = requested.is_null() ? SystemLimits::kAllItGets : requested.get<double>();
    if (!entry.at("achieved").is_null()) {
      dose.achieved = entry.at("achieved").get<double>();
    }
    doses.push_back(std::move(dose));
  }
  return doses;
}

}  // namespace

std::string to_line(const Event& event) {
  Json json{{"event", name_of(event.kind)}};
  switch (event.kind) {
    case Event::Kind::phase:
      json["name"] = event.text;
      json["expected_s"] = event.expected_s ? Json(*event.expected_s) : Json();
      break;
    case Event::Kind::progress:
      json["elapsed_s"] = event.elapsed_s;
      json["issued"] = event.issued;
      json["settled"] = event.settled;
      json["doses"] = doses_json(event.doses);
      break;
    case Event::Kind::warning:
      json["text"] = event.text;
      break;
    case Event::Kind::result:
      json["file"] = event.text;
      json["valid"] = event.valid;
      json["interrupted"] = event.interrupted;
      break;
    case Event::Kind::error:
      json["exit_code"] = event.exit_code;
      json["text"] = event.text;
      break;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Event event_from(std::string_view line) {
  try {
    const Json json = Json::parse(line);
    Event event{.kind = kind_from(json.at("event").get<std::string>())};
    switch (event.kind) {
      case Event::Kind::phase:
        event.text = json.at("name").get<std::string>();
        if (!json.at("expected_s").is_null()) {
          event.expected_s = json.at("expected_s").get<double>();
        }
        break;
      case Event::Kind::progress:
        event.elapsed_s = json.at("elapsed_s").get<double>();
        event.issued = count_from(json.at("issued"));
        event.settled = count_from(json.at("settled"));
        event.doses = doses_from(json.at("doses"));
        break;
      case Event::Kind::warning:
        event.text = json.at("text").get<std::string>();
        break;
      case Event::Kind::result:
        event.text = json.at("file").get<std::string>();
        event.valid = json.at("valid").get<bool>();
        event.interrupted = json.at("interrupted").get<bool>();
        break;
      case Event::Kind::error:
        event.exit_code = exit_code_from(json.at("exit_code"));
        event.text = json.at("text").get<std::string>();
        break;
    }
    return event;
  } catch (const Json::exception& error) {
    constexpr std::size_t kLongest = 300;
    throw std::runtime_error(fmt::format("event: {}", printable(error.what(), kLongest)));
  }
}

void EventWriter::write(const Event& event) {
  const std::string line = to_line(event);
  const std::lock_guard lock(mutex_);
  std::string_view rest = line;
  while (descriptor_ >= 0 && !rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      descriptor_ = -1;
    }
  }
}

std::vector<std::string> LineCutter::add(std::string_view bytes) {
  rest_ += bytes;
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    lines.push_back(rest_.substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  return lines;
}

}  // namespace assay
