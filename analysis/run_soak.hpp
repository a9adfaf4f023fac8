#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/sustained_audit.hpp"
#include "analysis/sustained_verdict.hpp"

// What a run file holds of a soak: the machine beside the work, point by point, and what was sustained.

namespace assay {

/// A sensor of the machine with its readings, one for each point: the last one in it. Absent where none came.
struct SensorRecord {
  std::string name;
  std::string quantity;  ///< "temperature_c", "energy_j", ...
  std::string source;    ///< the file or the call that was read
  std::optional<double> trip_c;
  std::vector<std::optional<double>> values;
};

/// A kind of sensor that this machine does not have.
struct SensorAbsenceRecord {
  std::string kind;
  std::string reason;
};

/// What one energy counter measured over the soak. Its boundary is the counter's: a processor package is no machine.
struct EnergyRecord {
  std::string boundary;  ///< "RAPL package-0"
  double energy_j = 0.0;
  double duration_s = 0.0;
  double mean_power_w = 0.0;
  std::optional<double> idle_power_w;        ///< of the same counter before the load
  std::optional<double> energy_per_query_j;  ///< mean power over the mean throughput of the points; idle power included
  std::optional<double> queries_per_j;
};

/// How the machine was watched, and what that cost.
struct SoakWatch {
  std::vector<int> clock_cpus;          ///< cores whose clock was probed once a point
  std::optional<double> own_cpu_share;  ///< of one core, taken by the sampling
  std::uint64_t missed_count = 0;       ///< periods without a sample: the sampler came late
  std::uint64_t no_room_count = 0;      ///< periods after its room was full
  std::string temperature_of;           ///< the sensor that the points' temperature is from; empty: none
  std::string power_of;                 ///< the counters that the points' power is from; empty: none
  std::vector<std::string> departures;  ///< what the sampler asked of the system and did not get
};

/// A soak: points of equal length, and what follows from them.
struct SoakRecord {
  double period_s = 1.0;
  std::optional<double> ambient_c;  ///< as typed by a person
  std::vector<SoakPoint> points;
  double left_out_s = 0.0;  ///< at the end of the run: shorter than a point
  std::optional<double> trip_temperature_c;
  std::optional<SustainedAudit> audit;
  std::string no_audit;                    ///< why there is none
  std::vector<EstimateRecord> loop_p99_s;  ///< of the queries that completed in each loop of the audit
  SustainedVerdict verdict;
  std::vector<EnergyRecord> energy;
  std::string no_energy;  ///< why none was measured
  std::vector<SensorRecord> sensors;
  std::vector<SensorAbsenceRecord> absences;
  SoakWatch watch;
};

}  // namespace assay
