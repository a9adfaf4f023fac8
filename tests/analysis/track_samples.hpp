#pragma once

#include <string>

#include "analysis/track_record.hpp"

// Records of tracks as tests make them.

namespace assay::test_support {

inline EstimateRecord estimate(double point, double lower, double upper) {
  return {.point = point, .lower = lower, .upper = upper, .confidence = 0.95, .reason = {}};
}

inline TrackRun run_with(const std::string& step, const TrackFigures& figures) {
  return {.step = step,
          .title = "step " + step,
          .file = step + ".run.json",
          .sha256 = std::string(64, 'a'),
          .scenario = "server",
          .parameters = {{"dtype", "f32"}},
          .mark = {},
          .valid = true,
          .duration_s = 125.0,
          .figures = figures};
}

inline TrackRecord record_of(const std::string& judge) {
  return {.track = judge,
          .judge = judge,
          .title = "Guardian",
          .persona = "lead",
          .north_star = "fast",
          .crisis = "The Lie",
          .claim = "it is fast",
          .stakeholder = "Safety Lead",
          .preset = "quick",
          .created = "2026-11-24T03:12:09Z",
          .tool = "0.1.0 abc",
          .machine = "lab3-07",
          .workload = "ssdlite",
          .window = "10ms@p99",
          .window_s = 0.01,
          .complete = true,
          .choice = {.mode = "calibrated", .parameter = "width", .value = "0.5", .target_s = 0.005, .mean_s = {}}};
}

inline TrackFigures with_p99(const EstimateRecord& p99_s) {
  TrackFigures figures;
  figures.p99_s = p99_s;
  return figures;
}

inline TrackFigures with_missed(const EstimateRecord& missed) {
  TrackFigures figures;
  figures.missed_share = missed;
  return figures;
}

inline TrackRecord edge_with(const EstimateRecord& missed) {
  TrackRecord record = record_of("edge");
  TrackFigures single = with_p99(estimate(0.0078, 0.0077, 0.0079));
  single.mean_s = 0.0053;
  single.samples_per_query = 1;
  TrackFigures aligned = with_missed(missed);
  aligned.streams = 8;
  aligned.frames_per_s = 30.0;
  aligned.phase = "aligned";
  aligned.p99_s = estimate(0.030, 0.029, 0.031);
  aligned.longest_miss_run = 31;
  record.runs.push_back(run_with("single", single));
  TrackFigures multi = with_p99(estimate(0.031, 0.030, 0.033));
  multi.samples_per_query = 8;
  multi.queries = 266;
  record.runs.push_back(run_with("multi", multi));
  record.runs.push_back(run_with("aligned", aligned));
  return record;
}

}  // namespace assay::test_support
