import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

@testable import CloudImages

extension BakeTests {
    struct SilentGuest: CustomTestStringConvertible {
        let testDescription: String
        /// What is added to the kernel's command line.
        var kernelArguments = ""
        /// What is added to the user-data.
        var userData = ""
        let reason: String
    }

    /// What no vendor-data brings is made, and keys of other kinds take half a minute.
    private static let oneHostKey = "ssh_genkeytypes: [ed25519]"

    static let silentGuests = [
        SilentGuest(
            testDescription: "cloud-init disabled",
            kernelArguments: "cloud-init=disabled",
            reason: "cloud-init is disabled",
        ),
        // The only data source that is looked for is one that this machine has not.
        SilentGuest(
            testDescription: "no data source",
            kernelArguments: "ci.ds=ConfigDrive cc: \(oneHostKey) end_cc",
            reason: "cloud-init found no data source",
        ),
        SilentGuest(
            testDescription: "vendor-data disabled",
            userData: "vendor_data: {enabled: false}\n\(oneHostKey)",
            reason: "it ignores vendor-data, which installs Quiver's helper",
        ),
    ]

    /// Whatever keeps the helper, which comes with the seed, from the guest is told by the guest's agent and console.
    ///
    /// Nobody waits until the time for a boot is over: it has other words.
    @Test(arguments: silentGuests)
    func `a guest whose helper never speaks is told why`(guest: SilentGuest) async throws {
        let userData = "#cloud-config\nruncmd: [echo once >/etc/baked]\n\(guest.userData)"
        try await Self.withProject(userData) { quiver, project in
            try Self.addImage("silent:1", kernelArguments: guest.kernelArguments, to: quiver.home)
            let limit = ["--boot-timeout", Patience.option(seconds: 600)]
            let run = try await quiver.run(["test", project.string, "--image", "silent:1"] + limit)
            #expect(run.status == 1, "\(run.output)\(run.errors)")
            let line = run.errors.split(separator: "\n").last { $0.hasPrefix("quiver: ") } ?? ""
            #expect(line.contains("the guest did not become ready: it has booted, but "), "\(run.errors)")
            #expect(line.contains(guest.reason), "\(run.errors)")
        }
    }

    /// Gives a home an image that is `debian:12`, booted with further arguments for its kernel.
    private static func addImage(_ name: String, kernelArguments: String, to home: FilePath) throws {
        let image = try ImageStore().image(ImageReference("debian:12"))
        var record = ImageRecord(image)
        let usual = try #require(record.kernelArguments, "an image that was built here has its kernel beside it")
        record.name = name
        record.kernelArguments = "\(usual) \(kernelArguments)"
        let directory = home.appending("images/silent")
        // The images of this home are the user's, who has no use for this one.
        try Directory.removeTree(home.appending("images"))
        try Directory.create(directory)
        for file in [image.disk, image.kernel, image.initialRamdisk].compactMap(\.self) {
            try QuiverProcess.link(directory.appending(file.lastComponent?.string ?? ""), to: file)
        }
        try WholeFile.write(try record.encoded(), to: directory.appending("image.json"))
    }
}
