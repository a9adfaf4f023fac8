// The values of flags that have a form of their own, as a person types them: each parser sees each text.
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/audit_claim.hpp"
#include "lab/arrival_text.hpp"
#include "lab/bench_flags.hpp"
#include "lab/command_error.hpp"
#include "lab/fail_on.hpp"
#include "lab/flow/lab_texts.hpp"
#include "lab/interference_text.hpp"
#include "lab/limit_flags.hpp"
#include "scenarios/remote/http_url.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check_doses(std::string_view text) {
  if (const auto share = value_of<std::invalid_argument>(parse_share, text)) {
    require(std::isfinite(*share), "a share is a number");
  }
  if (const auto bandwidth = value_of<std::invalid_argument>(parse_bandwidth, text)) {
    require(std::isfinite(*bandwidth) && *bandwidth >= 0.0, "a bandwidth is a number");
  }
  if (const auto noise = value_of<std::invalid_argument>(parse_noise, text)) {
    require(std::isfinite(noise->rate_per_s) && noise->rate_per_s >= 0.0, "bursts come at a rate");
  }
  (void)value_of<std::invalid_argument>(parse_injector_source, text);
  (void)value_of<std::invalid_argument>(parse_injector_priority, text);
  (void)value_of<std::invalid_argument>(parse_gpu_injector_home, text);
  const auto stream = [](std::string_view t) { return parse_stream(std::string(t)); };
  if (const auto bound = value_of<std::invalid_argument>(stream, text)) {
    require(*bound > 0.0, "a stream's bound is above 0");
  }
}

void check_traffic(std::string_view text) {
  (void)value_of<std::invalid_argument>(parse_late_frames, text);
  if (!text.starts_with("trace:")) {  // that reads a file; its text has a target of its own
    (void)value_of<std::invalid_argument>(parse_arrivals, text);
  }
  if (const auto url = value_of<std::invalid_argument>(parse_http_url, text)) {
    require(!url->host.empty() && url->port > 0, "an address has a host and a port");
    const HttpUrl again = parse_http_url(url->text());
    require(again.text() == url->text(), "an address survives printing");
    for (const char c : url->text()) {
      require(c > ' ' && c <= '~', "an address can stand in the head of a request");
    }
  }
}

void check_conditions(std::string_view text) {
  if (const auto conditions = value_of<std::invalid_argument>(parse_fail_on, text)) {
    require(!conditions->empty(), "a text that is accepted asks for something");
    for (const FailCondition& condition : *conditions) {
      require(std::isfinite(condition.bound), "a bound is a number");
      require(text.find(condition.text) != std::string_view::npos, "a condition is as it was typed");
    }
  }
  const auto claim = [](std::string_view t) { return claim_from_text(std::string(t), "throughput"); };
  if (const auto request = value_of<std::invalid_argument>(claim, text)) {
    require(std::isfinite(request->factor) && request->factor > 0.0, "a factor is a positive number");
    require(!metric_title(request->metric).empty(), "a metric has a title");
  }
  const auto kernel = [](std::string_view t) { return kernel_choice_from(std::string(t)); };
  (void)value_of<std::invalid_argument>(kernel, text);
}

void check_texts(std::string_view text) {
  const auto word = [](std::string_view t) { return checked_lab_word("--nonce", std::string(t)); };
  if (const auto checked = value_of<CommandError>(word, text)) {
    require(checked->size() <= 60 && checked->find('\n') == std::string::npos, "a word is one short line");
  }
  const auto longer = [](std::string_view t) { return checked_lab_text("memo", std::string(t)); };
  if (const auto checked = value_of<CommandError>(longer, text)) {
    require(!checked->empty() && checked->size() <= 2000, "a text is not empty and not endless");
    require(checked_lab_text("memo", *checked) == *checked, "a checked text stays as it is");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  assay::check_doses(text);
  assay::check_traffic(text);
  assay::check_conditions(text);
  assay::check_texts(text);
  return 0;
}
