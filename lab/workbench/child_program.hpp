#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace assay {

/// How a child ended.
struct ChildEnd {
  int exit_code = -1;       ///< 128 + signal where a signal ended it
  std::string last_errors;  ///< the end of its stderr
};

/// This program again with other arguments, in a process group of its own that dies with this process, whatever kills
/// it. Its stdout comes line by line.
class ChildProgram {
 public:
  struct Watch {
    std::function<void(const std::string& line)> on_line;  ///< in a thread of the child's
    std::function<void(const ChildEnd& end)> on_end;       ///< the same; the last that is called
  };

  /// Starts it. `arguments`: its name first. Throws std::runtime_error naming the call that failed.
  ChildProgram(const std::vector<std::string>& arguments, Watch watch);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  /// Interrupts it, waits until it has kept what it has, and kills it after 15 s.
  ~ChildProgram();

  /// Once: it ends early and keeps what it has. Again: it is killed.
  void interrupt();

 private:
  struct Process;
  std::shared_ptr<Process> process_;
  std::thread thread_;
};

}  // namespace assay
