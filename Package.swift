// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "quiver",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "quiver", targets: ["quiver"]),
        .library(name: "CloudImages", targets: ["CloudImages", "HostSupport", "Quantities"]),
        .library(name: "GuestAccess", targets: ["GuestAccess"]),
        .library(name: "Machines", targets: ["Machines"]),
        .library(name: "MachinesTesting", targets: ["MachinesTesting"]),
        .library(name: "QAPI", targets: ["QAPI"]),
        .library(name: "QGA", targets: ["QGA"]),
        .library(name: "QMPClient", targets: ["QMPClient", "QMPCore", "WireJSON"]),
        .library(name: "QMPCore", targets: ["QMPCore", "WireJSON"]),
        .library(name: "QMPTesting", targets: ["QMPTesting"]),
        .library(name: "TestRuns", targets: ["TestRuns"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
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
        .target(name: "CPlatform"),
        .target(
            name: "CloudImages",
            dependencies: [
                "CArchive",
                "CCrypto",
                "CCurl",
                "HostSupport",
                "LibC",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "Yams", package: "Yams"),
            ],
        ),
        .testTarget(
            name: "CloudImagesTests",
            dependencies: [
                "CloudImages",
                "HostSupport",
                "LibC",
                "PatienceForTests",
                "Quantities",
                "quiver",
                "ServersForTests",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .executableTarget(
            name: "first-machine",
            dependencies: [
                "CloudImages",
                "GuestAccess",
                "Machines",
                "QAPI",
                "Quantities",
            ],
            path: "Examples/first-machine",
        ),
        .target(
            name: "GuestAccess",
            dependencies: [
                "HostSupport",
                "LibC",
                "QGA",
                "QMPCore",
                "Quantities",
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
                "GuestAccess",
                "HostSupport",
                "Machines",
                "PatienceForTests",
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
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "HostSupportTests",
            dependencies: [
                "HostSupport",
                "LibC",
                "PatienceForTests",
                "Quantities",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
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
        .target(name: "LibC"),
        .target(
            name: "Machines",
            dependencies: [
                "CloudImages",
                "CPlatform",
                "GuestAccess",
                "HostSupport",
                "LibC",
                "QAPI",
                "QMPClient",
                "QMPCore",
                "Quantities",
                "WireJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .testTarget(
            name: "MachinesTests",
            dependencies: [
                "CloudImages",
                "CPlatform",
                "GuestAccess",
                "GuestsForTests",
                "HostSupport",
                "LibC",
                "MachineOwner",
                "Machines",
                "MachinesTesting",
                "PatienceForTests",
                "QAPI",
                "QMPClient",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "quiver",
                "ServersForTests",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .target(
            name: "MachinesTesting",
            dependencies: [
                "Machines"
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
        .testTarget(
            name: "QAPITests",
            dependencies: [
                "GuestAccess",
                "GuestsForTests",
                "HostSupport",
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
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
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
                "WireJSON",
            ],
        ),
        .testTarget(
            name: "QMPCoreTests",
            dependencies: [
                "WireJSON",
                "QMPCore",
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
            name: "QuiverCommands",
            dependencies: [
                "CEdit",
                "CloudImages",
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "QAPI",
                "QAPISchema",
                "QMPClient",
                "QMPCore",
                "Quantities",
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
                "LibC",
                "PatienceForTests",
                "QAPI",
                "QMPCore",
                "QMPTesting",
                "Quantities",
                "quiver",
                "QuiverCommands",
                "ServersForTests",
                "WireJSON",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
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
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "Quantities",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TOMLKit", package: "TOMLKit"),
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
                "GuestAccess",
                "HostSupport",
                "LibC",
                "Machines",
                "PatienceForTests",
                "Quantities",
                "TestRuns",
                "WireJSON",
                .product(name: "SystemPackage", package: "swift-system"),
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
        .executableTarget(
            name: "qapi-generate",
            dependencies: [
                "QAPIGenerator",
                "QAPISchema",
                "WireJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
        ),
        .executableTarget(
            name: "quiver",
            dependencies: [
                "LibC",
                "QuiverCommands",
            ],
        ),
    ],
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
for target in written where !["CCurl", "CPlatform"].contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + house
}
