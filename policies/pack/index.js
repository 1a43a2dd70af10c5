// Pulumi's runner starts a policy pack here; Node strips the types of what follows.
import "./pack.ts";
