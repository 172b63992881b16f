import HostSupport
import SystemPackage
import TestRuns

func settings(of home: QuiverHome) throws -> ProjectConfiguration { try ProjectConfiguration(project: ".") }

let cache = RunCache()
