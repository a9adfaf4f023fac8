#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lab/workbench/lab_desk.hpp"

namespace assay {

struct SessionDeskOptions {
  std::filesystem::path folder = "assay-lab";  ///< of the labs: one below it for each track
  std::string duration;                        ///< of each run of a lab that begins here; empty: as its flow has it
  std::string observer;                        ///< of each run; empty: as suits the machine
  std::string nonce;                           ///< for those whose page gives none
};

/// The labs in their folders. Every call reads what lies there.
class SessionDesk : public LabDesk {
 public:
  explicit SessionDesk(SessionDeskOptions options);

  [[nodiscard]] std::vector<std::filesystem::path> folders() const;  ///< of all labs, begun or not

  [[nodiscard]] std::string tracks() override;
  [[nodiscard]] std::string machine() override { return machine_; }
  [[nodiscard]] std::string state(const std::string& track) override;
  void begin(const std::string& track, const std::string& nonce) override;
  void lock(const AskedLock& wish) override;
  [[nodiscard]] PlannedRun plan(const AskedRun& wish) override;
  [[nodiscard]] std::string evidence(const std::string& track, const std::string& id) override;
  [[nodiscard]] std::string chart(const std::string& track, const std::string& id, const std::string& name) override;
  [[nodiscard]] std::string calibration(const std::string& track) override;
  void reflect(const AskedTexts& wish) override;
  void decide(const AskedTexts& wish) override;
  void write_export(const std::string& track) override;
  [[nodiscard]] std::string report(const std::string& track, const std::string& format) override;

 private:
  [[nodiscard]] std::filesystem::path folder_of(const std::string& track) const;

  SessionDeskOptions options_;
  std::string machine_;
};

}  // namespace assay
