// swift-tools-version: 6.2
import PackageDescription

// Debian has the headers where every compiler looks, and flags in the file that SwiftPM does not pass on.
#if os(macOS)
    let tomlPkgConfig: String? = "tomlplusplus"
#else
    let tomlPkgConfig: String? = nil
#endif

let package = Package(
    name: "quiver",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "quiver", targets: ["QuiverMain"]),
        .library(
            name: "CloudImages",
            targets: ["CloudImages", "DiskImages", "HostSupport", "Quantities", "QuiverErrors"]
        ),
        .library(name: "CloudInit", targets: ["CloudInit", "QuiverErrors"]),
        .library(name: "DiskImages", targets: ["DiskImages", "Quantities", "QuiverErrors"]),
        .library(
            name: "Forks",
            targets: [
                "Forks", "GuestAccess", "HostSupport", "Machines", "QAPI", "QAPISchema", "QGA", "QMPClient", "QMPCore",
                "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
        .library(
            name: "GuestAccess",
            targets: ["GuestAccess", "HostSupport", "QGA", "QMPCore", "Quantities", "QuiverErrors", "WireJSON"]
        ),
        .library(name: "HostTools", targets: ["HostTools", "QuiverErrors"]),
        .library(
            name: "Machines",
            targets: [
                "Machines", "GuestAccess", "HostSupport", "QAPI", "QAPISchema", "QGA", "QMPClient", "QMPCore",
                "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
        .library(
            name: "MachinesTesting",
            targets: [
                "MachinesTesting", "GuestAccess", "HostSupport", "Machines", "QAPI", "QAPISchema", "QGA", "QMPClient",
                "QMPCore", "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
        .library(
            name: "Provisioning",
            targets: [
                "Provisioning", "CloudImages", "CloudInit", "DiskImages", "GuestAccess", "HostSupport", "Machines",
                "QAPI", "QAPISchema", "QGA", "QMPClient", "QMPCore", "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
        .library(name: "QAPI", targets: ["QAPI", "QAPISchema", "QMPCore", "Quantities", "QuiverErrors", "WireJSON"]),
        .library(name: "QGA", targets: ["QGA", "QMPCore", "Quantities", "QuiverErrors", "WireJSON"]),
        .library(name: "QMPClient", targets: ["QMPClient", "QMPCore", "Quantities", "QuiverErrors", "WireJSON"]),
        .library(name: "QMPCore", targets: ["QMPCore", "Quantities", "QuiverErrors", "WireJSON"]),
        .library(
            name: "QMPTesting",
            targets: [
                "QMPTesting", "QAPI", "QAPISchema", "QMPClient", "QMPCore", "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
        .library(
            name: "Quiver",
            targets: [
                "Quiver", "CloudImages", "CloudInit", "DiskImages", "Forks", "GuestAccess", "HostSupport", "Machines",
                "Provisioning", "QAPI", "QAPISchema", "QGA", "QMPClient", "QMPCore", "Quantities", "QuiverErrors",
                "WireJSON",
            ]
        ),
        .library(
            name: "TestRuns",
            targets: [
                "TestRuns", "CloudImages", "DiskImages", "Forks", "GuestAccess", "HostSupport", "Machines", "QAPI",
                "QAPISchema", "QGA", "QMPClient", "QMPCore", "Quantities", "QuiverErrors", "WireJSON",
            ]
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        // Without its Foundation trait, which would bring ICU's data into every program.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CArchive",
            pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])],
        ),
        .systemLibrary(
            name: "CCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])],
        ),
        // Its header is libcurl's; the library itself is loaded when it is needed.
        .target(name: "CCurl"),
        .systemLibrary(
            name: "CEdit",
            // Debian's pkg-config file points into the header's directory; macOS has the library without such a file.
            providers: [.apt(["libedit-dev"])],
        ),
        .systemLibrary(
            name: "CJansson",
            pkgConfig: "jansson",
            providers: [.apt(["libjansson-dev"]), .brew(["jansson"])],
        ),
        .target(
            name: "CloudImages",
            dependencies: [
                "CCurl",
                "Digests",
                "DiskImages",
                "HostSupport",
                "HostTools",
                "LibC",
                "Quantities",
                "QuiverErrors",
                "TOML",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "CloudImagesTests",
            dependencies: [
                "CloudImages",
                "Digests",
                "DiskImages",
                "HostSupport",
                "HostTools",
                "ImageToolsForTests",
                "LibC",
                "PatienceForTests",
                "Quantities",
                "QuiverErrors",
                "QuiverMain",
                "ServersForTests",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "CloudInit",
            dependencies: [
                "CArchive",
                "Digests",
                "DiskImages",
                "HostSupport",
                "HostTools",
                "QuiverErrors",
                "YAML",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "CloudInitTests",
            dependencies: [
                "CloudImages",
                "CloudInit",
                "HostSupport",
                "HostTools",
                "ImageToolsForTests",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(name: "CPlatform"),
        .target(
            name: "CTOML",
            dependencies: ["CTomlPlusPlus"],
        ),
        .systemLibrary(
            name: "CTomlPlusPlus",
            pkgConfig: tomlPkgConfig,
            providers: [.apt(["libtomlplusplus-dev"]), .brew(["tomlplusplus"])],
        ),
        .systemLibrary(
            name: "CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])],
        ),
        .target(
            name: "Digests",
            dependencies: [
                "CCrypto",
                "HostSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "DiskImages",
            dependencies: [
                "HostSupport",
                "HostTools",
                "LibC",
                "Quantities",
                "QuiverErrors",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "DiskImagesTests",
            dependencies: [
                "CloudImages",
                "DiskImages",
                "HostSupport",
                "HostTools",
                "ImageToolsForTests",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .executableTarget(
            name: "first-machine",
            dependencies: [
                "Quiver"
            ],
            path: "Examples/first-machine",
        ),
        .target(
            name: "Forks",
            dependencies: [
                "CPlatform",
                "Digests",
                "DiskImages",
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "QAPI",
                "QMPClient",
                "QMPCore",
                "Quantities",
                "QuiverErrors",
                "WireJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "GuestAccess",
            dependencies: [
                "HostSupport",
                "HostTools",
                "LibC",
                "QGA",
                "QMPCore",
                "Quantities",
                "QuiverErrors",
                "WireJSON",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [.embedInCode("Helper/Guest/quiver_helper.py")],
        ),
        .testTarget(
            name: "GuestAccessTests",
            dependencies: [
                "GuestAccess",
                "HostSupport",
                "HostTools",
                "LibC",
                "PatienceForTests",
                "QGA",
                "QMPCore",
                "Quantities",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "GuestsForTests",
            dependencies: [
                "CloudImages",
                "Forks",
                "GuestAccess",
                "HostSupport",
                "Machines",
                "PatienceForTests",
                "Provisioning",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/GuestsForTests",
        ),
        .target(
            name: "HostSupport",
            dependencies: [
                "CPlatform",
                "LibC",
                "Quantities",
                "QuiverErrors",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "HostSupportTests",
            dependencies: [
                "HostSupport",
                "HostTools",
                "LibC",
                "PatienceForTests",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "HostTools",
            dependencies: [
                "HostSupport",
                "QuiverErrors",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "ImageToolsForTests",
            dependencies: [
                "HostSupport",
                "HostTools",
                "Machines",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/ImageToolsForTests",
        ),
        .target(name: "LibC"),
        .executableTarget(
            name: "MachineOwner",
            dependencies: [
                "HostSupport",
                "LibC",
                "Machines",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/MachineOwner",
        ),
        .target(
            name: "Machines",
            dependencies: [
                "CPlatform",
                "DiskImages",
                "GuestAccess",
                "HostSupport",
                "HostTools",
                "LibC",
                "QAPI",
                "QMPClient",
                "QMPCore",
                "Quantities",
                "QuiverErrors",
                "WireJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "MachinesTesting",
            dependencies: [
                "Machines"
            ],
        ),
        .testTarget(
            name: "MachinesTests",
            dependencies: [
                "CloudImages",
                "CloudInit",
                "CPlatform",
                "Digests",
                "DiskImages",
                "Forks",
                "GuestAccess",
                "GuestsForTests",
                "HostSupport",
                "HostTools",
                "LibC",
                "MachineOwner",
                "Machines",
                "MachinesTesting",
                "PatienceForTests",
                "Provisioning",
                "QAPI",
                "QMPClient",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "QuiverMain",
                "ServersForTests",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "PatienceForTests",
            dependencies: [
                "HostSupport"
            ],
            path: "Tests/PatienceForTests",
        ),
        .target(
            name: "PluginProtocol",
            dependencies: [
                "GuestAccess",
                "WireJSON",
            ],
        ),
        .testTarget(
            name: "PluginProtocolTests",
            dependencies: [
                "PluginProtocol",
                "WireJSON",
            ],
        ),
        .target(
            name: "Provisioning",
            dependencies: [
                "CloudImages",
                "CloudInit",
                "DiskImages",
                "GuestAccess",
                "HostSupport",
                "Machines",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "QAPI",
            dependencies: [
                "HostSupport",
                "QAPISchema",
                "QMPCore",
                "Quantities",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .executableTarget(
            name: "qapi-generate",
            dependencies: [
                "QAPIGenerator",
                "QAPISchema",
                "WireJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
        ),
        .target(
            name: "QAPIGenerator",
            dependencies: [
                "QAPISchema",
                "WireJSON",
            ],
        ),
        .testTarget(
            name: "QAPIGeneratorTests",
            dependencies: [
                "QAPIGenerator",
                "QAPISchema",
                "WireJSON",
            ],
            exclude: ["Golden"],
        ),
        .target(
            name: "QAPISchema",
            dependencies: [
                "WireJSON"
            ],
        ),
        .testTarget(
            name: "QAPITests",
            dependencies: [
                "Forks",
                "GuestAccess",
                "GuestsForTests",
                "HostSupport",
                "HostTools",
                "Machines",
                "PatienceForTests",
                "QAPI",
                "QAPIGenerator",
                "QAPISchema",
                "QEMUForTests",
                "QGA",
                "QMPClient",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "Quiver",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "QEMUForTests",
            dependencies: [
                "LibC",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/QEMUForTests",
        ),
        .target(
            name: "QGA",
            dependencies: [
                "QMPCore",
                "WireJSON",
            ],
        ),
        .target(
            name: "QMPClient",
            dependencies: [
                "CPlatform",
                "HostSupport",
                "LibC",
                "QMPCore",
                "Quantities",
                "WireJSON",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["README.md"],
        ),
        .testTarget(
            name: "QMPClientTests",
            dependencies: [
                "HostSupport",
                "HostTools",
                "LibC",
                "PatienceForTests",
                "QMPClient",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "WireJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["README.md"],
        ),
        .target(
            name: "QMPCore",
            dependencies: [
                "Quantities",
                "QuiverErrors",
                "WireJSON",
            ],
        ),
        .testTarget(
            name: "QMPCoreTests",
            dependencies: [
                "QMPCore",
                "WireJSON",
            ],
        ),
        .target(
            name: "QMPTesting",
            dependencies: [
                "CPlatform",
                "HostSupport",
                "LibC",
                "QAPI",
                "QAPISchema",
                "QMPClient",
                "QMPCore",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(name: "Quantities"),
        .target(
            name: "Quiver",
            dependencies: [
                "CloudImages",
                "CloudInit",
                "DiskImages",
                "Forks",
                "GuestAccess",
                "HostSupport",
                "Machines",
                "Provisioning",
                "Quantities",
                "QuiverErrors",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "QuiverCommands",
            dependencies: [
                "CEdit",
                "CloudImages",
                "CloudInit",
                "DiskImages",
                "Forks",
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "Provisioning",
                "QAPI",
                "QAPISchema",
                "QMPClient",
                "QMPCore",
                "Quantities",
                "QuiverErrors",
                "TestRuns",
                "WireJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "QuiverCommandsTests",
            dependencies: [
                "CloudImages",
                "GuestAccess",
                "HostSupport",
                "HostTools",
                "LibC",
                "Machines",
                "PatienceForTests",
                "QAPI",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "QuiverCommands",
                "QuiverMain",
                "ServersForTests",
                "WireJSON",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(name: "QuiverErrors"),
        .executableTarget(
            name: "QuiverMain",
            dependencies: [
                "LibC",
                "QuiverCommands",
            ],
        ),
        .target(
            name: "ServersForTests",
            dependencies: [
                "HostSupport",
                "LibC",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/ServersForTests",
        ),
        .target(
            name: "TestRuns",
            dependencies: [
                "CloudImages",
                "CloudInit",
                "Digests",
                "DiskImages",
                "Forks",
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "PluginProtocol",
                "Provisioning",
                "QAPI",
                "Quantities",
                "QuiverErrors",
                "TOML",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [
                .embedInCode("Ahead/Guest/quiver_ahead.py"),
                .embedInCode("Boot/Guest/quiver_mirrors.py"),
                .embedInCode("Isolation/Guest/quiver_pytest.py"),
                .embedInCode("Report/Guest/quiver_recorder.py"),
            ],
        ),
        .testTarget(
            name: "TestRunsTests",
            dependencies: [
                "CloudImages",
                "Forks",
                "GuestAccess",
                "HostSupport",
                "HostTools",
                "LibC",
                "Machines",
                "PatienceForTests",
                "PluginProtocol",
                "Quantities",
                "TestRuns",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "TOML",
            dependencies: [
                "CTOML",
                "LibC",
                "WireJSON",
            ],
        ),
        .testTarget(
            name: "TOMLTests",
            dependencies: [
                "TOML",
                "WireJSON",
            ],
        ),
        .target(
            name: "WireJSON",
            dependencies: [
                "CJansson"
            ],
            swiftSettings: [.strictMemorySafety()],
        ),
        .testTarget(
            name: "WireJSONTests",
            dependencies: [
                "WireJSON"
            ],
        ),
        .target(
            name: "YAML",
            dependencies: [
                "CYAML"
            ],
        ),
        .testTarget(
            name: "YAMLTests",
            dependencies: [
                "HostSupport",
                "HostTools",
                "WireJSON",
                "YAML",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
    ],
    cxxLanguageStandard: .cxx17,
)

// One set of rules for every Swift target; WireJSON adds strict memory safety because the C pointers live there.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let written = package.targets.filter { [.regular, .executable, .test].contains($0.type) }
for target in written where !["CCurl", "CPlatform", "CTOML"].contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + house
}

// The fuzzers are built with other flags than everything else, into a directory of their own: see Tools/fuzz-briefly.
if Context.environment["QUIVER_FUZZING"] != nil {
    func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(name: name, dependencies: ["FuzzDriver"] + dependencies, path: "Fuzzing/Sources/\(name)")
    }
    package.targets += [
        .target(name: "CFuzzer", path: "Fuzzing/Sources/CFuzzer"),
        .target(
            name: "FuzzDriver",
            dependencies: ["CFuzzer", "GuestAccess"],
            path: "Fuzzing/Sources/FuzzDriver",
        ),
        fuzzer("fuzz-agent", ["GuestAccess", "QGA", "QMPCore", "WireJSON"]),
        fuzzer("fuzz-console", ["GuestAccess"]),
        fuzzer("fuzz-helper", ["GuestAccess", "WireJSON"]),
        fuzzer("fuzz-plugin", ["GuestAccess", "PluginProtocol", "WireJSON"]),
        fuzzer("fuzz-qcow2", ["DiskImages"]),
        fuzzer("fuzz-wire", ["QMPCore", "WireJSON"]),
    ]
}
