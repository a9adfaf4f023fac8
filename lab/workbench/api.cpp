#include "lab/workbench/api.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/workbench/page_files.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRequest = "request";
constexpr std::string_view kRuns = "/api/runs/";

HttpResponse json_response(unsigned status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse error_response(unsigned status, const std::string& sentence) {
  return json_response(status, Json{{"error", sentence}}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

HttpResponse wrong_method(const std::string& allowed) {
  HttpResponse response = error_response(405, "this address takes " + allowed);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

/// A body that was read, with the document that its fields point into.
class Body {
 public:
  explicit Body(const std::string& text) : document_(parse_untrusted_json(text, kRequest, "a request")) {}
  [[nodiscard]] Field field() const { return {kRequest, document_}; }

 private:
  nlohmann::json document_;
};

std::size_t part_of(const Field& body) { return static_cast<std::size_t>(body.member("part").count()); }

AskedLock asked_lock(const Field& body) {
  const Field sure = body.member("sure");
  return {.track = body.member("track").text(),
          .part = part_of(body),
          .question = body.member("question").text(),
          .choice = body.member("choice").text_or_empty(),
          .number = body.member("number").optional_number(),
          .because = body.member("because").text_or_empty(),
          .sure = sure.absent() ? std::nullopt : std::optional(sure.boolean())};
}

AskedRun asked_run(const Field& body) {
  AskedRun wish{.track = body.member("track").text(),
                .part = part_of(body),
                .run = body.member("run").text(),
                .controls = {},
                .file = body.member("file").text_or_empty(),
                .systems = {}};
  if (const Field systems = body.member("systems"); !systems.absent()) {
    wish.systems = systems.texts();
  }
  if (const Field controls = body.member("controls"); !controls.absent()) {
    for (const auto& [id, value] : controls.members()) {
      wish.controls.emplace(id, value.number());
    }
  }
  return wish;
}

AskedTexts asked_texts(const Field& body, bool has_part) {
  AskedTexts wish{.track = body.member("track").text(), .part = has_part ? part_of(body) : 0, .texts = {}};
  for (const auto& [id, text] : body.member("texts").members()) {
    wish.texts.emplace(id, text.text_or_empty());
  }
  return wish;
}

/// The hash of a line of the ledger.
bool is_line_id(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string track_in(const HttpRequest& request) { return query_value(request.query, "track").value_or(""); }

HttpResponse svg_response(std::string svg) {
  HttpResponse response;
  response.type = "image/svg+xml";
  response.body = std::move(svg);
  return response;
}

/// A result file, or with "/charts/NAME" behind its id a chart of it.
HttpResponse evidence_response(LabDesk& desk, const HttpRequest& request) {
  constexpr std::string_view kCharts = "/charts/";
  const std::string rest = request.path.substr(kRuns.size());
  const std::string id = rest.substr(0, rest.find('/'));
  const std::string more = rest.substr(id.size());
  if (is_line_id(id) && more.empty()) {
    return json_response(200, desk.evidence(track_in(request), id));
  }
  if (is_line_id(id) && more.starts_with(kCharts)) {
    return svg_response(desk.chart(track_in(request), id, more.substr(kCharts.size())));
  }
  return error_response(kNotFound, "no such run");
}

HttpResponse report_response(LabDesk& desk, const HttpRequest& request) {
  const std::string format = query_value(request.query, "format").value_or("json");
  HttpResponse response;
  if (format == "md") {
    response.type = "text/markdown; charset=utf-8";
  } else if (format == "html") {
    response.type = "text/html; charset=utf-8";
  } else if (format != "json") {
    return error_response(kBadRequest, "format: json, md or html");
  }
  response.body = desk.report(track_in(request), format);
  // A report is a page of its own with scripts of its own: never opened under this address.
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"assay-lab." + format + "\"");
  return response;
}

}  // namespace

HttpResponse Api::answer(const HttpRequest& request) {
  HttpResponse response;
  bool may_pass = false;
  try {
    const std::optional<AccessRefusal> refusal = access_refusal(rules_, request);
    may_pass = !refusal;
    response = refusal ? error_response(refusal->status, refusal->reason) : route(request);
  } catch (const DeskRefusal& error) {
    response = error_response(error.status(), error.what());
  } catch (const std::exception& error) {
    response = error_response(500, error.what());
  }
  response.has_token = may_pass && is_api_path(request.path);  // the page itself needs none
  for (auto& header : protective_headers()) {
    response.headers.push_back(std::move(header));
  }
  return response;
}

HttpResponse Api::route(const HttpRequest& request) {
  if (!is_api_path(request.path)) {
    const std::optional<PageFile> file = page_file(request.path);
    if (!file) {
      return error_response(kNotFound, "no such page");
    }
    if (request.method != "GET") {
      return wrong_method("GET");
    }
    HttpResponse response;
    response.type = std::string(file->type);
    response.body = std::string(file->content);
    return response;
  }
  if (request.path == "/api/runs/current") {
    if (request.method != "DELETE") {
      return wrong_method("DELETE");
    }
    context_.measuring.stop();
    return json_response(202, "{}");
  }
  if (request.method == "GET") {
    return get(request);
  }
  return request.method == "POST" ? post(request) : wrong_method("GET or POST");
}

HttpResponse Api::get(const HttpRequest& request) {
  if (request.path == "/api/state") {
    return state(request);
  }
  if (request.path == "/api/events") {
    HttpResponse response;
    response.type = "text/event-stream";
    response.is_event_stream = true;
    return response;
  }
  if (request.path == "/api/doctor") {
    std::string finding = context_.doctor();
    return finding.empty() ? json_response(202, "{}") : json_response(200, std::move(finding));
  }
  if (request.path == "/api/report") {
    return report_response(context_.desk, request);
  }
  if (request.path.starts_with(kRuns)) {
    return evidence_response(context_.desk, request);
  }
  if (request.path == "/api/calibration") {
    return svg_response(context_.desk.calibration(track_in(request)));
  }
  return error_response(kNotFound, "no such address");
}

HttpResponse Api::post(const HttpRequest& request) {
  std::optional<Body> body;
  try {
    body.emplace(request.body);
    const Field field = body->field();
    if (request.path == "/api/labs") {
      context_.desk.begin(field.member("track").text(), field.member("nonce").text_or_empty());
    } else if (request.path == "/api/locks") {
      context_.desk.lock(asked_lock(field));
    } else if (request.path == "/api/runs") {
      return start_run(asked_run(field));
    } else if (request.path == "/api/reflections") {
      context_.desk.reflect(asked_texts(field, true));
    } else if (request.path == "/api/decisions") {
      context_.desk.decide(asked_texts(field, false));
    } else if (request.path == "/api/exports") {
      context_.desk.write_export(field.member("track").text());
    } else {
      return error_response(kNotFound, "no such address");
    }
  } catch (const DeskRefusal&) {
    throw;
  } catch (const std::runtime_error& error) {
    return error_response(kBadRequest, error.what());
  }
  context_.changed();
  return json_response(201, "{}");
}

HttpResponse Api::state(const HttpRequest& request) {
  const std::string track = track_in(request);
  std::string text = R"({"schema":"assay/workbench/1","tracks":)" + context_.desk.tracks() + R"(,"machine":)" +
                     context_.desk.machine() + R"(,"measuring":)" + context_.measuring.status() + R"(,"lab":)" +
                     (track.empty() ? "null" : context_.desk.state(track)) + "}";
  return json_response(200, std::move(text));
}

HttpResponse Api::start_run(const AskedRun& wish) {
  const PlannedRun plan = context_.desk.plan(wish);
  context_.measuring.start(wish, plan);
  return json_response(202, Json{{"title", plan.title}, {"seconds", plan.seconds}}.dump());
}

}  // namespace assay
