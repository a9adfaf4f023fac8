#pragma once

#include <functional>
#include <string>
#include <utility>

#include "lab/workbench/access.hpp"
#include "lab/workbench/http_message.hpp"
#include "lab/workbench/lab_desk.hpp"
#include "lab/workbench/measuring.hpp"

namespace assay {

/// What the API needs beside the lab.
struct ApiContext {
  LabDesk& desk;
  Measuring& measuring;
  /// Tells the open pages that the state is another.
  std::function<void()> changed;
  /// The doctor's finding as JSON; empty while it still listens.
  std::function<std::string()> doctor;
};

// The routes of the workbench, as functions of a request:
//
//   GET    /api/state?track=T                everything that a page shows
//   POST   /api/labs                         {"track","nonce"}: begins the lab of a track
//   POST   /api/locks                        {"track","part","question","choice" or "number","because","sure"}
//   POST   /api/runs                         {"track","part","run","controls":{id: number},"systems":[id, id]}: 202;
//                                            409 busy; 423 without the locks; 424 before a run that it needs
//   DELETE /api/runs/current                 202; what was measured is kept
//   GET    /api/runs/HASH?track=T            a result file by the hash of its line in the ledger; 423 before the first
//                                            lock
//   GET    /api/runs/HASH/charts/NAME?track=T  an SVG that the result has
//   GET    /api/calibration?track=T          predictions over what was measured, SVG; 404 while none is revealed
//   POST   /api/reflections                  {"track","part","texts":{id: text}}
//   POST   /api/decisions                    {"track","texts":{field: text}}
//   POST   /api/exports                      {"track"}: writes the files to hand in; 409 with what is missing
//   GET    /api/report?track=T&format=json|md|html  a file of the newest export; 409 where there is none
//   GET    /api/events                       server-sent events "state" and "measuring"
//   GET    /api/doctor                       202 while the doctor still listens
//
// A GET writes nothing. Everything else is the page's files. Errors are {"error": "one sentence"}.

class Api {
 public:
  Api(AccessRules rules, ApiContext context) : rules_(std::move(rules)), context_(std::move(context)) {}

  /// Never throws; every answer carries the protective headers.
  [[nodiscard]] HttpResponse answer(const HttpRequest& request);

 private:
  HttpResponse route(const HttpRequest& request);
  HttpResponse get(const HttpRequest& request);
  HttpResponse post(const HttpRequest& request);
  HttpResponse state(const HttpRequest& request);
  HttpResponse start_run(const AskedRun& wish);

  AccessRules rules_;
  ApiContext context_;
};

}  // namespace assay
