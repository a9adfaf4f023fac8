#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/steady_clock.hpp"
#include "lab/workbench/child_program.hpp"
#include "lab/workbench/lab_desk.hpp"

namespace assay {

/// The one measurement that may run at a time.
class Measuring {
 public:
  Measuring() = default;
  Measuring(const Measuring&) = delete;
  Measuring& operator=(const Measuring&) = delete;
  virtual ~Measuring() = default;

  /// Throws DeskRefusal kConflict while one runs.
  virtual void start(const AskedRun& wish, const PlannedRun& plan) = 0;
  /// Ends it early; what was measured is kept. Throws DeskRefusal kNotFound if none runs.
  virtual void stop() = 0;
  /// What runs and how the one before ended, as a JSON object.
  [[nodiscard]] virtual std::string status() const = 0;
};

/// Measures in a child process, and tells the pages what it says.
class ChildMeasuring : public Measuring {
 public:
  struct Server {
    std::function<void(std::function<void()>)> post;  ///< into the thread of this object
    std::function<void(const std::string& event, const std::string& data)> publish;
  };
  explicit ChildMeasuring(Server server) : server_(std::move(server)) {}

  void start(const AskedRun& wish, const PlannedRun& plan) override;
  void stop() override;
  [[nodiscard]] std::string status() const override;
  [[nodiscard]] bool is_running() const { return run_.has_value(); }

 private:
  struct Run {
    AskedRun wish;
    PlannedRun plan;
    Instant begin;
    std::string phase;
    std::optional<double> expected_s;
    Instant phase_begin;
    std::string progress = "null";  ///< the last event's JSON
    bool stopping = false;
  };
  struct End {
    AskedRun wish;
    int exit_code = 0;
    std::string text;
  };

  void take_line(const std::string& line);
  void take_end(const ChildEnd& end);

  Server server_;
  SteadyClock clock_;
  std::optional<Run> run_;
  std::optional<End> last_;
  std::unique_ptr<ChildProgram> child_;
};

}  // namespace assay
