import type { ReactNode } from "react";
import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from "@patternfly/react-core/dist/esm/components/DescriptionList";

interface InfoCardProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

/** A card with a heading. */
export function InfoCard({ title, actions, children, wide }: InfoCardProps) {
  return (
    <Card isCompact component="section" aria-label={title} className={wide ? "ph-wide" : ""}>
      <CardHeader actions={actions ? { actions, hasNoOffset: true } : undefined}>
        <CardTitle component="h2">{title}</CardTitle>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

/** Term and description; nothing where there is nothing to say. */
export function Fact({ term, children }: { term: string; children: ReactNode }) {
  if (children === undefined || children === null || children === false || children === "") return null;
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}
