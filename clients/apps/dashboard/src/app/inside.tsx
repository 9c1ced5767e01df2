import { Gate } from "./gate";
import { Shell } from "./shell";

/** Every page behind the sign-in. */
export function Inside() {
  return (
    <Gate>
      <Shell />
    </Gate>
  );
}
