#include "lab/workbench/measuring.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "analysis/json_values.hpp"
#include "lab/events.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) {
    return "";
  }
  const std::size_t begin = text.rfind('\n', end);
  std::string line = text.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin + 1) + 1);
  constexpr std::string_view kName = "assay: ";
  return line.starts_with(kName) ? line.substr(kName.size()) : line;
}

Json place_json(const AskedRun& wish) { return {{"track", wish.track}, {"part", wish.part}, {"run", wish.run}}; }

}  // namespace

void ChildMeasuring::start(const AskedRun& wish, const PlannedRun& plan) {
  if (run_) {
    throw DeskRefusal(kConflict, "a measurement runs; two at a time measure each other");
  }
  child_.reset();  // its thread has ended, or is about to
  run_ = Run{.wish = wish, .plan = plan, .begin = clock_.now(), .phase = "start", .phase_begin = clock_.now()};
  last_.reset();
  try {
    child_ = std::make_unique<ChildProgram>(
        plan.arguments,
        ChildProgram::Watch{
            .on_line = [this](const std::string& line) { server_.post([this, line] { take_line(line); }); },
            .on_end = [this](const ChildEnd& end) { server_.post([this, end] { take_end(end); }); }});
  } catch (...) {
    run_.reset();
    throw;
  }
  server_.publish("state", "{}");
}

void ChildMeasuring::stop() {
  if (!run_) {
    throw DeskRefusal(kNotFound, "nothing is being measured");
  }
  run_->stopping = true;
  child_->interrupt();
}

void ChildMeasuring::take_line(const std::string& line) {
  if (!run_) {
    return;
  }
  Event event;
  try {
    event = event_from(line);
  } catch (const std::runtime_error&) {
    return;  // a result or a remark between the events
  }
  const Instant now = clock_.now();
  if (event.kind == Event::Kind::phase) {
    run_->phase = event.text;
    run_->expected_s = event.expected_s;
    run_->phase_begin = now;
    run_->progress = "null";
    server_.publish("measuring", status());
  } else if (event.kind == Event::Kind::progress) {
    std::string text = to_line(event);
    text.pop_back();
    run_->progress = text;
    server_.publish("measuring", status());  // as often as the run's own observer speaks
  }
}

void ChildMeasuring::take_end(const ChildEnd& end) {
  last_ = End{.wish = run_->wish, .exit_code = end.exit_code, .text = last_line(end.last_errors)};
  run_.reset();
  server_.publish("state", "{}");
}

std::string ChildMeasuring::status() const {
  Json json{{"run", nullptr}, {"last", nullptr}};
  if (run_) {
    Json& run = json["run"] = place_json(run_->wish);
    run["title"] = run_->plan.title;
    run["expected_total_s"] = run_->plan.seconds > 0.0 ? Json(run_->plan.seconds) : Json();
    run["elapsed_s"] = seconds(clock_.now() - run_->begin);
    run["phase"] = run_->phase;
    run["phase_elapsed_s"] = seconds(clock_.now() - run_->phase_begin);
    run["phase_expected_s"] = json_number(run_->expected_s);
    run["progress"] = Json::parse(run_->progress);
    run["stopping"] = run_->stopping;
  }
  if (last_) {
    Json& last = json["last"] = place_json(last_->wish);
    last["exit_code"] = last_->exit_code;
    last["text"] = last_->text;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace assay
