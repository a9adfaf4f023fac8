#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/remote/remote_reactor.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// A server behind HTTP as a system under test: requests that stand ready, over connections that are open before the
/// run. The issuing thread sends; a reactor receives. What is no success is failed, and counted by its class.
class RemoteClient final : public SystemUnderTest {
 public:
  struct Options {
    HttpUrl url;
    std::vector<std::string> requests;  ///< one a sample, whole, with the head
    AnswerRule rule;
    std::size_t connections = 16;
    Nanoseconds request_timeout = std::chrono::seconds{60};
    std::vector<int> reactor_cpus;  ///< one reactor each
    WaitPolicy wait;
    WorkerManner manner;
    std::string secret;  ///< kept out of every message; empty: there is none
  };

  /// Throws std::runtime_error with one line if there is no such host or no connection to it.
  explicit RemoteClient(Options options);
  ~RemoteClient() override;

  [[nodiscard]] std::string name() const override { return url_.text(); }
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override {}
  void cancel() noexcept override;
  void end_run() override;

  struct RunAccount {
    std::vector<ReactorAccount> reactors;
    std::uint64_t waited = 0;    ///< requests that waited for a free connection
    std::uint64_t unopened = 0;  ///< connections that could not be opened before the run
  };
  /// Of the last run; complete after end_run().
  [[nodiscard]] const RunAccount& account() const { return account_; }
  [[nodiscard]] const RemoteErrorLog& errors() const { return shared_->errors; }
  /// Of the last answer that one connection had.
  [[nodiscard]] TokenCountBy counted_by() const;

  /// Called once when the server takes no connections any more, from any thread.
  void on_failure(std::function<void()> action) { shared_->refusals.on_failure(std::move(action)); }
  /// Why the last run could not go on; empty: it could.
  [[nodiscard]] std::string failure() const;

  /// Asks for one sample and waits. Throws std::runtime_error with one line if that is no success.
  void ask_once();

 private:
  void open_connections();
  void stop() noexcept;

  HttpUrl url_;
  std::unique_ptr<RemoteShared> shared_;
  std::vector<std::unique_ptr<RemoteReactor>> reactors_;
  std::vector<std::unique_ptr<RemoteConnection>> connections_;
  std::vector<int> reactor_cpus_;
  WorkerManner manner_;
  SteadyClock clock_;
  WorkerTeam team_;
  RunAccount account_;
  bool running_ = false;
};

}  // namespace assay
