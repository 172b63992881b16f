import HostSupport
import HostTools
import SystemPackage
import Testing

/// The command behind a proxy: the settings are of the process, so each of these is one.
@Suite struct ProxyTests {
    /// Pulls an image of a catalog of its own, with the settings in the environment.
    private func pull(
        _ vendor: VendorFixture,
        from site: String,
        _ settings: [String: String],
    ) async throws -> ToolRun.Outcome {
        let home = vendor.directory.appending("home")
        try Directory.create(home)
        let catalog = """
            ["proxied:1"]
            amd64 = "\(site)\(VendorFixture.imagePath)"
            arm64 = "\(site)\(VendorFixture.imagePath)"
            digests = "SHA512SUMS"

            """
        try WholeFile.write(catalog.utf8, to: home.appending("images.toml"))
        let program = FilePath(CommandLine.arguments[0]).absolute.removingLastComponent().appending("quiver")
        return try await ToolRun.run(
            program.string,
            ["image", "pull", "proxied:1", "--tries", "1"],
            environment: settings.merging(["QUIVER_HOME": home.string]) { setting, _ in setting },
        )
    }

    @Test func `a site that only the proxy knows is reached through it`() async throws {
        try await VendorFixture.with { vendor in
            // A proxy is asked for whole URLs.
            let site = "http://vendor.invalid"
            vendor.server.put(site + VendorFixture.imagePath, vendor.image)
            vendor.server.put(site + VendorFixture.listPath, vendor.list.utf8)
            let outcome = try await pull(vendor, from: site, ["http_proxy": vendor.server.url("")])
            #expect(outcome.isSuccess, "\(outcome.errors)")
            #expect(vendor.server.requests(for: site + VendorFixture.imagePath).count == 1)
        }
    }

    @Test func `what no_proxy names is reached without it`() async throws {
        try await VendorFixture.with { vendor in
            let nobody = ["http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"]
            let outcome = try await pull(vendor, from: vendor.server.url(""), nobody)
            #expect(outcome.isSuccess, "\(outcome.errors)")
        }
    }

    @Test func `a safe site is asked for through the proxy of safe sites`() async throws {
        try await VendorFixture.with { vendor in
            let outcome = try await pull(vendor, from: "https://vendor.invalid", ["https_proxy": vendor.server.url("")])
            #expect(!outcome.isSuccess)
            #expect(vendor.server.requests(for: "vendor.invalid:443").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").last?.contains("vendor.invalid") == true)
        }
    }
}
